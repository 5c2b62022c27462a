package dev.penstock.gateway.store;

import java.util.Optional;

/** The limits that were set for one tenant; where empty, the gateway's own count. */
public record TenantOverrides(String tenant, Optional<RateLimit> rate, Optional<Long> maxOpenJobs) {
}
