package dev.penstock.worker.pool;

/** Proves to the pool who we are. Thread safe; may block while a new token is fetched. */
public interface PoolToken {
    /**
     * The token to send.
     *
     * @throws PoolTokenException
     *             if none can be had now
     */
    String current();

    /**
     * The pool answered 401 to this token.
     *
     * @return whether another one may now be had, so that the same request is worth one more try
     */
    boolean refused(String token);

    /** A token that never changes: the local pool's. */
    static PoolToken fixed(String token) {
        return new PoolToken() {
            @Override
            public String current() {
                return token;
            }

            @Override
            public boolean refused(String refusedToken) {
                return false;
            }
        };
    }
}
