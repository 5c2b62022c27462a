package dev.penstock.gateway.jobs;

import dev.penstock.gateway.store.Insertion;
import dev.penstock.gateway.store.RateLimit;
import dev.penstock.gateway.store.TenantLimits;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Decides whether a submission is taken: not faster than the tenant may, not when it would wait too long. How many jobs a
 * tenant may have open is decided by the store, in the transaction that inserts them, so that it holds for all gateways
 * together. Belongs to the gateway's event loop.
 */
public final class Admission {
    /** When nothing tells how soon a place becomes free. */
    private static final Duration GUESS = Duration.ofSeconds(5);
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    /** What is further off is told as this long; nobody comes back to the second. */
    public static final Duration LONGEST = Duration.ofHours(24);
    /** Without workers for so long, it isn't their restart that is waited for. */
    private static final Duration GRACE_WITHOUT_WORKERS = Duration.ofSeconds(30);
    /** Longer standstills are looked at no more closely. */
    private static final Duration LONG_STANDSTILL = Duration.ofMinutes(10);
    private static final Duration RETRY_AT_STANDSTILL = Duration.ofSeconds(30);

    private final TenantTerms terms;
    private final QueueWatch queue;
    private final Optional<Duration> longestWait;
    private final RateLimits rates = new RateLimits();
    private final InstantSource clock;

    /**
     * @param longestWait
     *            beyond which nothing is taken; empty: however long the wait
     */
    public Admission(TenantTerms terms, QueueWatch queue, Optional<Duration> longestWait, InstantSource clock) {
        this.terms = terms;
        this.queue = queue;
        this.longestWait = longestWait;
        this.clock = clock;
    }

    /** One submission on its way in. The rate limit is charged; whoever doesn't insert it must give that back. */
    record Entrance(String tenant, int jobs, TenantLimits limits, Optional<Refusal> refusal) {
    }

    Future<Entrance> enter(String tenant, int jobs) {
        return terms.of(tenant).map(limits -> new Entrance(tenant, jobs, limits, refusal(tenant, jobs, limits)));
    }

    /** The submission was not stored, for it was a repetition or there was no place: it costs nothing. */
    void leave(Entrance entrance) {
        if (entrance.refusal().isEmpty() && !entrance.limits().rate().unlimited()) {
            rates.giveBack(entrance.tenant(), entrance.jobs());
        }
    }

    /** The submission was stored. */
    void inside(Entrance entrance) {
        queue.submitted(entrance.jobs());
    }

    /** Why the store refused. */
    Refusal refusalOf(Entrance entrance, Insertion.QuotaFull full) {
        long most = entrance.limits().maxOpenJobs();
        if (entrance.jobs() > most) {
            return new Refusal.LargerThanQuota(most);
        }
        long tooMany = full.openJobs() + entrance.jobs() - most;
        // Jobs end in turn, other tenants' among them.
        long allOpen = Math.max(full.openJobs(), queue.latest().queued() + queue.latest().running());
        double share = full.openJobs() == 0 ? 1 : (double) allOpen / full.openJobs();
        Duration wait = queue.latest().timeFor((long) Math.ceil(tooMany * share)).orElse(GUESS);
        return new Refusal.TooManyOpen(most, bounded(wait));
    }

    /** Where the tenant stands; its open jobs aren't known. */
    public Standing standing(String tenant, TenantLimits limits) {
        return standing(tenant, limits, OptionalLong.empty());
    }

    /** Where the tenant stands, with so many open jobs. */
    public Standing standing(String tenant, TenantLimits limits, long openJobs) {
        return standing(tenant, limits, OptionalLong.of(Math.max(0, limits.maxOpenJobs() - openJobs)));
    }

    /** The limits of a tenant. */
    public Future<TenantLimits> limits(String tenant) {
        return terms.of(tenant);
    }

    private Standing standing(String tenant, TenantLimits limits, OptionalLong openRemaining) {
        RateLimit rate = limits.rate();
        Instant now = clock.instant();
        return rate.unlimited()
                ? new Standing(limits, Long.MAX_VALUE, Duration.ZERO, openRemaining)
                : new Standing(limits, rates.remaining(tenant, rate, now), rates.untilFull(tenant, rate, now),
                        openRemaining);
    }

    private Optional<Refusal> refusal(String tenant, int jobs, TenantLimits limits) {
        Optional<Refusal> waitTooLong = longestWait.flatMap(this::waitTooLong);
        if (waitTooLong.isPresent() || limits.rate().unlimited()) {
            return waitTooLong;
        }
        Duration pause = rates.tryTake(tenant, jobs, limits.rate(), clock.instant());
        return pause.isZero() ? Optional.empty() : Optional.of(new Refusal.TooFast(limits.rate(), pause));
    }

    private Optional<Refusal> waitTooLong(Duration bound) {
        Duration standstill = queue.standstill();
        Duration patience = queue.workersAreMissing() ? GRACE_WITHOUT_WORKERS : shorter(bound, LONG_STANDSTILL);
        if (!standstill.isZero() && standstill.compareTo(patience) >= 0) {
            return Optional.of(new Refusal.NothingServed(standstill, RETRY_AT_STANDSTILL));
        }
        return queue.expectedWait()
                .filter(wait -> wait.compareTo(bound) > 0)
                .map(wait -> new Refusal.WaitTooLong(wait, bounded(wait.minus(bound))));
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static Duration bounded(Duration pause) {
        if (pause.compareTo(SHORTEST) < 0) {
            return SHORTEST;
        }
        return pause.compareTo(LONGEST) > 0 ? LONGEST : pause;
    }
}
