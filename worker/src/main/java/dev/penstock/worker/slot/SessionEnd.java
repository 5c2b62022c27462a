package dev.penstock.worker.slot;

import dev.penstock.worker.pool.PoolSessions;
import dev.penstock.worker.pool.SessionIdentifier;
import java.time.Duration;
import java.util.List;
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
     * Blocks until the end of each session is confirmed, or until they must have idled for their whole cooldown.
     *
     * @param freeIn
     *            when their place is free without any stop
     * @param goOn
     *            asked now and then
     * @return whether their place is free; {@code false} only when told not to go on
     */
    boolean await(List<SessionIdentifier> ending, Duration freeIn, BooleanSupplier goOn) throws InterruptedException {
        long end = time.nanos() + freeIn.toNanos();
        for (SessionIdentifier session : ending) {
            if (!await(session, end, goOn)) {
                return false;
            }
        }
        return true;
    }

    private boolean await(SessionIdentifier session, long end, BooleanSupplier goOn) throws InterruptedException {
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
