package dev.penstock.worker.slot;

import dev.penstock.worker.pool.Cut;
import dev.penstock.worker.pool.SessionIdentifier;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A place in the pool, lent to one job. Its session doesn't exist until the first request under its identifier; from
 * then on it holds the place until it is stopped.
 */
public final class Slot {
    private final HeldSlot holder;
    private final SessionIdentifier session;
    private final AtomicBoolean released = new AtomicBoolean();
    private volatile boolean used;
    private volatile boolean unfinished;

    Slot(HeldSlot holder, SessionIdentifier session) {
        this.holder = holder;
        this.session = session;
    }

    /**
     * Names the session for requests that are about to be sent: from here on it counts as alive.
     *
     * @param cut
     *            from here on ends the requests as soon as the slot may not be used any more
     * @return empty when the slot may not be used any more
     */
    public Optional<SessionIdentifier> use(Cut cut) {
        if (!holder.mayStart(cut)) {
            return Optional.empty();
        }
        used = true;
        return Optional.of(session);
    }

    /** No request left under the session's name after all, so there is nothing to be ended. */
    public void neverUsed() {
        used = false;
    }

    /** The last request broke off: a program may still run in the session. */
    public void leaveUnfinished() {
        unfinished = true;
    }

    /** Gives the slot back; again does nothing. A used session is ended before the slot is lent again. */
    public void release() {
        if (released.compareAndSet(false, true)) {
            holder.released(this);
        }
    }

    HeldSlot holder() {
        return holder;
    }

    SessionIdentifier session() {
        return session;
    }

    boolean used() {
        return used;
    }

    boolean unfinished() {
        return unfinished;
    }
}
