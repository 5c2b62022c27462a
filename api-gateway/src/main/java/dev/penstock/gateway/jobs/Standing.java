package dev.penstock.gateway.jobs;

import dev.penstock.gateway.store.TenantLimits;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * Where a tenant stands with its limits after a submission.
 *
 * @param rateRemaining
 *            how many jobs it may submit now
 * @param untilFull
 *            after which time it may submit the whole rate limit again
 * @param openRemaining
 *            how many more open jobs it may have; empty when that was not asked
 */
public record Standing(TenantLimits limits, long rateRemaining, Duration untilFull, OptionalLong openRemaining) {
}
