package dev.penstock.servicebus.journal;

import dev.penstock.servicebus.entity.Delivery;
import dev.penstock.servicebus.entity.ReceiveMode;
import dev.penstock.servicebus.entity.SessionConsumer;
import org.jspecify.annotations.Nullable;

/** Holds a session and takes no messages. */
final class HoldingConsumer implements SessionConsumer {
    private @Nullable String sessionId;

    @Override
    public @Nullable String sessionId() {
        return sessionId;
    }

    @Override
    public void granted(String session, long lockedUntil) {
        sessionId = session;
    }

    @Override
    public void timedOut() {
        throw new IllegalStateException("it does not wait");
    }

    @Override
    public void sessionLost() {
        sessionId = null;
    }

    @Override
    public ReceiveMode mode() {
        return ReceiveMode.PEEK_LOCK;
    }

    @Override
    public boolean ready() {
        return false;
    }

    @Override
    public void deliver(Delivery delivery) {
        throw new IllegalStateException("it is never ready");
    }
}
