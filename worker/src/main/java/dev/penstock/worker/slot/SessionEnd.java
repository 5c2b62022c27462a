package dev.penstock.worker.slot;

import dev.penstock.worker.pool.PoolSessions;
import dev.penstock.worker.pool.SessionIdentifier;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Ends sessions and knows when their place in the pool is free (decision 5). */
final class SessionEnd {
    private final PoolSessions sessions;
    private final SlotTerms terms;
    private final Time time;

    SessionEnd(PoolSessions sessions, SlotTerms terms, Time time) {
        this.sessions = sessions;
        this.terms = terms;
        this.time = time;
    }

    /** Stops the session and looks until the pool knows it no more; {@code false} when that was not seen in time. */
    boolean confirmed(SessionIdentifier session) throws InterruptedException {
        long end = time.nanos() + terms.confirmTimeout().toNanos();
        boolean accepted = false;
        while (true) {
            accepted = accepted || sessions.stop(session);
            if (sessions.isGone(session)) {
                return true;
            }
            if (time.nanos() >= end) {
                return false;
            }
            time.sleep(terms.confirmInterval());
        }
    }

    /**
     * Blocks until the session's end is confirmed, or until it must have idled for its whole cooldown.
     *
     * @param freeIn
     *            when its place is free without any stop
     * @param goOn
     *            asked now and then
     * @return whether its place is free; {@code false} only when told not to go on
     */
    boolean await(SessionIdentifier session, Duration freeIn, BooleanSupplier goOn) throws InterruptedException {
        long end = time.nanos() + freeIn.toNanos();
        while (goOn.getAsBoolean()) {
            if (time.nanos() >= end || confirmed(session)) {
                return true;
            }
            long left = Math.max(0, end - time.nanos());
            time.sleep(Duration.ofNanos(Math.min(left, terms.confirmTimeout().toNanos())));
        }
        return false;
    }
}
