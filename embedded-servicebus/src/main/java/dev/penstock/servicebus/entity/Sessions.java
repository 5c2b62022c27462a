package dev.penstock.servicebus.entity;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The sessions of one queue: who holds which, and the state that each keeps. */
public final class Sessions {
    private static final int MAX_ID_LENGTH = 128;

    private final QueueCore queue;
    private final Contents contents;
    private final SessionBacklog backlog;

    Sessions(QueueCore queue, SessionBacklog backlog) {
        this.queue = queue;
        contents = queue.contents();
        this.backlog = backlog;
    }

    /**
     * Locks a session for the consumer, which learns it by {@link SessionConsumer#granted}.
     *
     * @throws RefusedException when another holds it, or the id is longer than that of any message
     */
    public void accept(String sessionId, SessionConsumer consumer) {
        if (sessionId.length() > MAX_ID_LENGTH) {
            throw new RefusedException(Condition.ARGUMENT_ERROR, "The session id has " + sessionId.length()
                    + " characters; up to " + MAX_ID_LENGTH + " are allowed.");
        }
        var now = queue.advance();
        backlog.accept(sessionId, consumer, now);
        queue.finish(now);
    }

    /** Locks the next session with messages, now or before the deadline (epoch milliseconds); else the consumer times out. */
    public void acceptNext(SessionConsumer consumer, long deadline) {
        var now = queue.advance();
        backlog.acceptNext(consumer, now.toSteady(deadline));
        queue.finish(now);
    }

    /**
     * Extends a session's lock by the queue's lock duration, from now.
     *
     * @return the lock's new end, epoch milliseconds
     * @throws RefusedException when the consumer does not hold it
     */
    public long renewLock(String sessionId, @Nullable Consumer consumer) {
        var now = queue.advance();
        var until = backlog.renew(sessionId, consumer, now);
        if (until == null) {
            throw RefusedException.sessionLockLost();
        }
        queue.finish(now);
        return until;
    }

    /** The sessions that hold messages or have a state, in the order of their ids. */
    public List<String> ids() {
        queue.finish(queue.advance());
        return contents.store().sessionIds();
    }

    /** The state of a session, {@code null} when it has none. */
    public byte @Nullable [] state(String sessionId) {
        queue.finish(queue.advance());
        return contents.store().sessionState(sessionId);
    }

    /**
     * Replaces a session's state; {@code null} clears it, and so does an empty one, by which the Go SDK means the same.
     *
     * @throws RefusedException when the consumer does not hold the session's lock, the state is too large or the queue is full
     */
    public void setState(String sessionId, byte @Nullable [] state, @Nullable Consumer consumer) {
        contents.requireUsable();
        var now = queue.advance();
        if (!backlog.isHeldBy(sessionId, consumer)) {
            throw RefusedException.sessionLockLost();
        }
        int allowed = queue.options().maxMessageSizeBytes();
        if (state != null && state.length > allowed) {
            throw new RefusedException(Condition.MESSAGE_SIZE_EXCEEDED,
                    "The session state has " + state.length + " bytes; up to " + allowed + " are kept.");
        }
        byte[] before = contents.store().sessionState(sessionId);
        queue.requireRoom((state == null ? 0 : state.length) - (before == null ? 0 : before.length));
        contents.record(new Change.SessionStateSet(sessionId, state == null || state.length == 0 ? null : state));
        queue.finish(now);
    }
}
