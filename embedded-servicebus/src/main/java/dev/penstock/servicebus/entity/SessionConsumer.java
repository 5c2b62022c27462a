package dev.penstock.servicebus.entity;

import org.jspecify.annotations.Nullable;

/** A consumer that holds, or waits for, the lock of one session. */
public interface SessionConsumer extends Consumer {
    /** The session it was granted, {@code null} before. */
    @Nullable
    String sessionId();

    /** The session is locked for this consumer until the given moment (epoch milliseconds). */
    void granted(String sessionId, long lockedUntil);

    /** No session became free in time; the consumer is no longer known to the queue. */
    void timedOut();

    /** The session's lock has run out; the consumer is no longer known to the queue. */
    void sessionLost();
}
