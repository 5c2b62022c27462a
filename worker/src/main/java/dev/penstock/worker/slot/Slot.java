package dev.penstock.worker.slot;

import dev.penstock.worker.pool.SessionIdentifier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * A place in the pool, lent to one job. Its session doesn't exist until the first request under its identifier; from
 * then on it holds the place until it is stopped.
 */
public final class Slot {
    private final int number;
    private final SessionIdentifier session;
    private final Consumer<Slot> back;
    private final AtomicBoolean released = new AtomicBoolean();
    private volatile boolean used;

    Slot(int number, SessionIdentifier session, Consumer<Slot> back) {
        this.number = number;
        this.session = session;
        this.back = back;
    }

    /** Names the session for a request that is about to be sent: from here on the session counts as alive. */
    public SessionIdentifier use() {
        used = true;
        return session;
    }

    /** Gives the slot back; again does nothing. A used session is ended before the slot is lent again. */
    public void release() {
        if (released.compareAndSet(false, true)) {
            back.accept(this);
        }
    }

    int number() {
        return number;
    }

    SessionIdentifier session() {
        return session;
    }

    boolean used() {
        return used;
    }
}
