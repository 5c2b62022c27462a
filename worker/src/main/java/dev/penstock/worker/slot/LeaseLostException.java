package dev.penstock.worker.slot;

/** The slot isn't ours any more: somebody else may hold it. */
public final class LeaseLostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LeaseLostException(String message) {
        super(message);
    }
}
