package dev.penstock.gateway.jobs;

import dev.penstock.gateway.store.TenantLimits;
import dev.penstock.gateway.store.TenantStore;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;

/**
 * Which limits each tenant has. What the store said is believed for a few seconds, so that most submissions don't ask it.
 * Belongs to the gateway's event loop.
 */
public final class TenantTerms {
    private static final Duration BELIEVED_FOR = Duration.ofSeconds(5);
    private static final int MOST_REMEMBERED = 10_000;

    private final TenantStore store;
    private final TenantLimits defaults;
    private final InstantSource clock;
    private final LinkedHashMap<String, Entry> remembered = new LinkedHashMap<>();

    private record Entry(TenantLimits limits, Instant until) {
    }

    /**
     * @param defaults
     *            of tenants for which nothing else was set
     */
    public TenantTerms(TenantStore store, TenantLimits defaults, InstantSource clock) {
        this.store = store;
        this.defaults = defaults;
        this.clock = clock;
    }

    public Future<TenantLimits> of(String tenant) {
        Entry entry = remembered.get(tenant);
        if (entry != null && clock.instant().isBefore(entry.until())) {
            return Future.succeededFuture(entry.limits());
        }
        return store.overrides(tenant).map(defaults::overriddenBy).onSuccess(limits -> remember(tenant, limits));
    }

    private void remember(String tenant, TenantLimits limits) {
        remembered.remove(tenant);
        remembered.put(tenant, new Entry(limits, clock.instant().plus(BELIEVED_FOR)));
        if (remembered.size() > MOST_REMEMBERED) {
            remembered.pollFirstEntry();
        }
    }
}
