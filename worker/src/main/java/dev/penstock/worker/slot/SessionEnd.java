package dev.penstock.worker.slot;

import dev.penstock.worker.events.WorkerEvents;
import dev.penstock.worker.pool.PoolConfig;
import dev.penstock.worker.pool.PoolSessions;
import dev.penstock.worker.pool.SessionIdentifier;
import java.time.Duration;

/**
 * Ends a session and knows when its place in the pool is free: when the pool says that it knows no such session, or
 * else when the session must have idled for its whole cooldown (decision 5).
 */
public final class SessionEnd {
    /** The part of the cooldown that is waited on top of it: what two clocks and a slow pool may add. */
    private static final int MARGIN_DIVISOR = 20;

    private final PoolSessions sessions;
    private final PoolConfig config;
    private final Time time;
    private final WorkerEvents events;

    public SessionEnd(PoolSessions sessions, PoolConfig config, Time time, WorkerEvents events) {
        this.sessions = sessions;
        this.config = config;
        this.time = time;
        this.events = events;
    }

    /** Blocks until the session's place is free. To be called right after the last request to the session ended. */
    void await(SessionIdentifier session) throws InterruptedException {
        Duration cooldown = config.cooldown().plus(config.cooldown().dividedBy(MARGIN_DIVISOR));
        long freeAtLatest = time.nanos() + cooldown.toNanos();
        if (stopped(session)) {
            return;
        }
        events.slotParked(cooldown);
        while (time.nanos() < freeAtLatest) {
            long left = freeAtLatest - time.nanos();
            time.sleep(Duration.ofNanos(Math.min(left, config.confirmTimeout().toNanos())));
            if (stopped(session)) {
                return;
            }
        }
    }

    /** Stops the session and looks until it is gone; {@code false} when that was not seen in time. */
    private boolean stopped(SessionIdentifier session) throws InterruptedException {
        long end = time.nanos() + config.confirmTimeout().toNanos();
        boolean accepted = false;
        while (true) {
            accepted = accepted || sessions.stop(session);
            if (sessions.isGone(session)) {
                return true;
            }
            if (time.nanos() >= end) {
                return false;
            }
            time.sleep(config.confirmInterval());
        }
    }
}
