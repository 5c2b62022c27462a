package dev.penstock.gateway.jobs;

import dev.penstock.gateway.store.RateLimit;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A bucket of tokens per tenant, one token per job: full at first, and filled evenly, in one window from empty to full. Of
 * this gateway only; several gateways grant as much each. Bounded: of very many tenants the ones that submitted longest
 * ago are forgotten, which fills their buckets. Belongs to the gateway's event loop.
 */
final class RateLimits {
    private static final int MOST_TENANTS = 10_000;

    private final LinkedHashMap<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > MOST_TENANTS;
        }
    };

    private static final class Bucket {
        private double tokens;
        private Instant filledAt;

        Bucket(double tokens, Instant filledAt) {
            this.tokens = tokens;
            this.filledAt = filledAt;
        }
    }

    /**
     * Whether the tenant may submit so many jobs now; if so, they are charged. More than a whole bucket may be taken from a
     * full one, and is paid off before the next.
     *
     * @return zero if it may, else after which time it will
     */
    Duration tryTake(String tenant, int jobs, RateLimit limit, Instant now) {
        Bucket bucket = filled(tenant, limit, now);
        double needed = Math.min(jobs, limit.jobs());
        if (bucket.tokens >= needed) {
            bucket.tokens -= jobs;
            return Duration.ZERO;
        }
        return timeFor(needed - bucket.tokens, limit);
    }

    /** Takes back a charge for what was not accepted. */
    void giveBack(String tenant, int jobs) {
        Bucket bucket = buckets.get(tenant);
        if (bucket != null) {
            bucket.tokens += jobs;
        }
    }

    /** How many jobs the tenant may submit now. */
    long remaining(String tenant, RateLimit limit, Instant now) {
        return Math.max(0, (long) Math.floor(filled(tenant, limit, now).tokens));
    }

    /** After which time its bucket is full. */
    Duration untilFull(String tenant, RateLimit limit, Instant now) {
        return timeFor(limit.jobs() - filled(tenant, limit, now).tokens, limit);
    }

    private Bucket filled(String tenant, RateLimit limit, Instant now) {
        Bucket bucket = buckets.computeIfAbsent(tenant, _ -> new Bucket(limit.jobs(), now));
        long elapsed = Math.max(0, Duration.between(bucket.filledAt, now).toMillis());
        double more = (double) elapsed * limit.jobs() / limit.window().toMillis();
        bucket.tokens = Math.min(limit.jobs(), bucket.tokens + more);
        bucket.filledAt = now;
        return bucket;
    }

    private static Duration timeFor(double tokens, RateLimit limit) {
        return Duration.ofMillis((long) Math.ceil(tokens * limit.window().toMillis() / limit.jobs()));
    }
}
