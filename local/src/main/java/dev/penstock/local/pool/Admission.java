package dev.penstock.local.pool;

import java.time.Instant;

/** What the session pool says to a request for a session. */
sealed interface Admission {

    /**
     * The request may go to the session, not before {@code readyAt}, and counts as in flight until
     * {@link SessionPool#finish}.
     */
    record Admitted(Session session, Instant readyAt) implements Admission {}

    /** No session with this identifier, and none can be had now. */
    enum Refused implements Admission {
        /** As many sessions as the pool may have are allocated. */
        FULL,
        /** There would be room, but no container is warm. */
        NOT_READY
    }
}
