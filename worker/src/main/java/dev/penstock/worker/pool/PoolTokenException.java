package dev.penstock.worker.pool;

/** No token for the pool could be had. */
public final class PoolTokenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PoolTokenException(String message, Throwable cause) {
        super(message, cause);
    }
}
