package dev.penstock.worker;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Full-jitter exponential delays: anything from nothing to {@code first} the first time, to twice that the second, up to
 * {@code most}.
 */
public record Backoff(Duration first, Duration most) {
    /** Beyond this many doublings every sensible {@code most} is reached. */
    private static final int MAX_DOUBLINGS = 30;

    /**
     * A delay.
     *
     * @param previous
     *            how many delays there were before
     */
    public Duration delay(int previous, RandomGenerator random) {
        return Duration.ofMillis(random.nextLong(Math.max(1, ceiling(previous)) + 1));
    }

    /** A delay of at least half its ceiling, for whoever must not come back at once. */
    public Duration pause(int previous, RandomGenerator random) {
        long half = Math.max(1, ceiling(previous) / 2);
        return Duration.ofMillis(half + random.nextLong(half + 1));
    }

    private long ceiling(int previous) {
        return Math.min(most.toMillis(), first.toMillis() << Math.min(previous, MAX_DOUBLINGS));
    }
}
