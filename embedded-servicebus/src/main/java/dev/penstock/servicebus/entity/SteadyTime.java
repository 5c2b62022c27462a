package dev.penstock.servicebus.entity;

import java.time.InstantSource;

/**
 * Time for what lasts: it never goes back and never stands still. The system's clock can be set at any moment, so beside it goes
 * one that can't; a clock of a test's own is followed, except that where it goes back this one goes on from where it was.
 */
public final class SteadyTime {
    private static final long NANOS_PER_MILLISECOND = 1_000_000;

    private final InstantSource clock;
    private final boolean beside;
    private long ahead;
    private long latest;

    public SteadyTime(InstantSource clock) {
        this.clock = clock;
        beside = clock.equals(InstantSource.system());
    }

    /** To be compared with its like only. */
    public long millis() {
        if (beside) {
            return System.nanoTime() / NANOS_PER_MILLISECOND;
        }
        long now = clock.millis();
        ahead = Math.max(ahead, latest - now);
        latest = now + ahead;
        return latest;
    }
}
