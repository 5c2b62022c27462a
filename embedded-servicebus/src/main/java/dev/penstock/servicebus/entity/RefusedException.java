package dev.penstock.servicebus.entity;

/** A command that the broker refuses; nothing has changed. The message is shown to the client and says what to do. */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Condition condition;

    public RefusedException(Condition condition, String message) {
        // Without a stack trace: refusals are ordinary answers and as frequent as clients make them.
        super(message, null, false, false);
        this.condition = condition;
    }

    public Condition condition() {
        return condition;
    }

    static RefusedException sessionLockLost() {
        return new RefusedException(Condition.SESSION_LOCK_LOST,
                "The session's lock has run out or is held by another receiver. Accept the session again.");
    }
}
