package dev.penstock.worker.slot;

import dev.penstock.worker.events.WorkerEvents;
import dev.penstock.worker.pool.PoolSessions;
import dev.penstock.worker.pool.SessionIdentifier;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Finds and stops the sessions that nobody answers for: their slot is ours and they aren't, or there is no such slot. A
 * pool that doesn't tell of its sessions is asked again, less and less often, until it did.
 */
final class Strays {
    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final Duration LONGEST_INTERVAL = Duration.ofMinutes(5);

    private final PoolSessions sessions;
    private final Judge judge;
    private final SlotTerms terms;
    private final Time time;
    private final WorkerEvents events;
    /** Set at start, on each takeover, and whenever the pool is fuller than it should be. */
    private final AtomicBoolean suspected = new AtomicBoolean(true);
    private Duration pause = INTERVAL;

    /** Knows what is a stray. */
    interface Judge {
        boolean isStray(SessionIdentifier session, int slot);
    }

    Strays(PoolSessions sessions, Judge judge, SlotTerms terms, Time time, WorkerEvents events) {
        this.sessions = sessions;
        this.judge = judge;
        this.terms = terms;
        this.time = time;
        this.events = events;
    }

    /** Something lives in the pool that shouldn't: have a look soon. */
    void suspect() {
        suspected.set(true);
    }

    /** Waits a while; then looks, if there is reason to. Used by one thread. */
    void lookOnce() throws InterruptedException {
        time.sleep(pause);
        if (!suspected.getAndSet(false)) {
            return;
        }
        Optional<List<SessionIdentifier>> listed = sessions.list();
        if (listed.isPresent() && stopped(listed.get())) {
            pause = INTERVAL;
        } else {
            suspected.set(true);
            Duration doubled = pause.multipliedBy(2);
            pause = doubled.compareTo(LONGEST_INTERVAL) < 0 ? doubled : LONGEST_INTERVAL;
            events.straysRemain(listed.isPresent(), pause);
        }
    }

    /** Whether the pool said yes to every stop. */
    private boolean stopped(List<SessionIdentifier> listed) {
        boolean all = true;
        for (SessionIdentifier session : listed) {
            OptionalInt slot = session.slot(terms.owner());
            if (slot.isPresent() && judge.isStray(session, slot.getAsInt())) {
                events.strayStopped(slot.getAsInt(), session);
                all &= sessions.stop(session);
            }
        }
        return all;
    }
}
