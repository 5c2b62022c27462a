package dev.penstock.gateway.webhooks;

import java.util.HashMap;
import java.util.Map;

/**
 * Lets only a few attempts at a time to one endpoint, and not too many of one tenant, so that dead ones leave room for
 * the others. Thread safe.
 */
final class Endpoints {
    private static final int PER_ENDPOINT = 4;
    /** Well below what is in hand at a time: whoever owns very many dead endpoints takes no more. */
    private static final int PER_TENANT = 24;

    private final Map<String, Integer> byEndpoint = new HashMap<>();
    private final Map<String, Integer> byTenant = new HashMap<>();

    /** Whether there is room; if so, {@link #leave} afterwards. */
    synchronized boolean tryEnter(String tenant, String endpoint) {
        if (byEndpoint.getOrDefault(endpoint, 0) >= PER_ENDPOINT || byTenant.getOrDefault(tenant, 0) >= PER_TENANT) {
            return false;
        }
        byEndpoint.merge(endpoint, 1, Integer::sum);
        byTenant.merge(tenant, 1, Integer::sum);
        return true;
    }

    synchronized void leave(String tenant, String endpoint) {
        byEndpoint.computeIfPresent(endpoint, (_, count) -> count == 1 ? null : count - 1);
        byTenant.computeIfPresent(tenant, (_, count) -> count == 1 ? null : count - 1);
    }
}
