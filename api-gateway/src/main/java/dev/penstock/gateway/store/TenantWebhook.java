package dev.penstock.gateway.store;

import java.time.Instant;
import java.util.Optional;

/**
 * A tenant's default webhook.
 *
 * @param secrets
 *            encrypted
 * @param disabledAt
 *            when its receiver said that it wants no more (410)
 */
@SuppressWarnings("ArrayRecordComponent") // made once, compared by nobody
public record TenantWebhook(String url, byte[] secrets, Optional<Instant> disabledAt) {
}
