package dev.penstock.local.pool;

/**
 * One life of a session: an identifier and the container that it was given. The same identifier after a stop is another
 * session.
 *
 * @param container
 *            numbers the containers of this pool, never reused
 */
record Session(String identifier, long container) {

    /** Without the identifier, which opens the session to whoever knows it. */
    @Override
    public String toString() {
        return "session in container " + container;
    }
}
