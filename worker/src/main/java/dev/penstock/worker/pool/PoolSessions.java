package dev.penstock.worker.pool;

import java.util.List;
import java.util.Optional;

/** The sessions of a pool as something that can be ended. Calls block, with deadlines, and never throw. */
public interface PoolSessions {
    /** Asks for a session's end; whether the pool said yes, or knows no such session. */
    boolean stop(SessionIdentifier session);

    /** Whether the pool said that it knows no such session; {@code false} when it said anything else or nothing. */
    boolean isGone(SessionIdentifier session);

    /** The pool's sessions, ours and others'; empty when it didn't tell of all of them. */
    Optional<List<SessionIdentifier>> list();
}
