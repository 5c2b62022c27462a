package dev.penstock.gateway.webhooks;

import java.net.URI;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Lets only a few attempts at a time to one endpoint, and not too many of one tenant, so that dead ones leave room for
 * the others. An endpoint that failed several times in a row gets one attempt at a time, until one succeeds. What one
 * tenant's endpoint does is no other tenant's business, even at the same host. Thread safe.
 */
final class Endpoints {
    private static final int PER_ENDPOINT = 4;
    /** Far below what is in hand at a time: it takes very many tenants with dead endpoints to fill that. */
    private static final int PER_TENANT = 16;
    private static final int FAILURES_IN_A_ROW = 5;
    /** Failing endpoints that are remembered; those that failed longest ago are forgotten. */
    private static final int MOST_FAILING = 10_000;

    private final Map<Endpoint, Integer> byEndpoint = new HashMap<>();
    private final Map<String, Integer> byTenant = new HashMap<>();
    private final Map<Endpoint, Integer> failures = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Endpoint, Integer> eldest) {
            return size() > MOST_FAILING;
        }
    };

    /** Where one tenant's attempts lead. */
    record Endpoint(String tenant, String host, int port) {
        static Endpoint of(String tenant, URI url) {
            int usual = "https".equalsIgnoreCase(url.getScheme()) ? 443 : 80;
            return new Endpoint(tenant, url.getHost().toLowerCase(Locale.ROOT),
                    url.getPort() == -1 ? usual : url.getPort());
        }
    }

    /** What becomes of an attempt. */
    enum Entry {
        /** It is to be made; {@link #leave} afterwards. */
        ENTERED,
        /** There is no room now. */
        BUSY,
        /** The endpoint fails, and another attempt is finding out whether it still does. */
        FAILING
    }

    /**
     * Whether there is room.
     *
     * @param last
     *            whether no other attempt would follow: such a one is not spared
     */
    synchronized Entry tryEnter(Endpoint endpoint, boolean last) {
        int there = byEndpoint.getOrDefault(endpoint, 0);
        if (!last && there > 0 && failures.getOrDefault(endpoint, 0) >= FAILURES_IN_A_ROW) {
            return Entry.FAILING;
        }
        if (there >= PER_ENDPOINT || byTenant.getOrDefault(endpoint.tenant(), 0) >= PER_TENANT) {
            return Entry.BUSY;
        }
        byEndpoint.merge(endpoint, 1, Integer::sum);
        byTenant.merge(endpoint.tenant(), 1, Integer::sum);
        return Entry.ENTERED;
    }

    synchronized void leave(Endpoint endpoint) {
        byEndpoint.computeIfPresent(endpoint, (_, count) -> count == 1 ? null : count - 1);
        byTenant.computeIfPresent(endpoint.tenant(), (_, count) -> count == 1 ? null : count - 1);
    }

    synchronized void succeeded(Endpoint endpoint) {
        failures.remove(endpoint);
    }

    synchronized void failed(Endpoint endpoint) {
        failures.merge(endpoint, 1, (count, one) -> Math.min(count + one, FAILURES_IN_A_ROW));
    }
}
