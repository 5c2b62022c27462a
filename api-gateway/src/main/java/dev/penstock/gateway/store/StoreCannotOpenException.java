package dev.penstock.gateway.store;

import org.jspecify.annotations.Nullable;

/** The job store can't be opened. The message is for the operator: what is wrong and what to do. */
public final class StoreCannotOpenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What a failure says in its first line, without the pages that may follow. */
    static String firstLine(Exception failure) {
        return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    }

    StoreCannotOpenException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
