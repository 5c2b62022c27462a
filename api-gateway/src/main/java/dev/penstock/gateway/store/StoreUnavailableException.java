package dev.penstock.gateway.store;

/** The store can't do it now. Nothing was changed, or it can't be told whether it was; trying again is safe. */
public final class StoreUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StoreUnavailableException(String message) {
        super(message);
    }

    StoreUnavailableException(Throwable cause) {
        super("the job store failed", cause);
    }
}
