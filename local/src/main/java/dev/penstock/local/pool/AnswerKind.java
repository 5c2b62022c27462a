package dev.penstock.local.pool;

/** How a request to the pool ended. */
public enum AnswerKind {
    /** With the container's own answer, whatever its status. */
    FORWARDED,
    /** By {@code /.management/*} or with the pool's description, successfully. */
    MANAGED,
    /** By {@code /.local/*}, or refused there. */
    ADMIN,
    /** Refused: as many sessions as the pool may have are allocated. */
    FULL,
    /** Refused: there is room, but no warm container. */
    NOT_READY,
    /** With a fault that the pool was told to show. */
    INJECTED,
    /** 401: no bearer token, or a wrong one. */
    UNAUTHORIZED,
    /** 400: no such operation, session or api-version, or a bad identifier. */
    REFUSED,
    /** 502: the container does not listen, or broke off before it answered. */
    UNREACHABLE,
    /** 503: more requests in flight than this pool carries. */
    OVERLOADED,
    /** 504, or cut within the answer: not finished within the request limit. */
    TIMED_OUT,
    /** Cut: the session ended, or the container broke off within its answer. */
    CUT,
    /** The caller left before the answer was complete. */
    ABANDONED
}
