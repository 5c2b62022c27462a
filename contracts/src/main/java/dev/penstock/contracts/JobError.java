package dev.penstock.contracts;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Objects;

/**
 * Why a job ended without a program's own result.
 *
 * @param message
 *            a sentence for the submitter; holds no identifiers and no secrets
 */
public record JobError(Code code, String message) {
    public JobError {
        Objects.requireNonNull(code, "code");
        Objects.requireNonNull(message, "message");
    }

    /** Closed set; clients switch on it. */
    public enum Code {
        /** The platform gave up: nothing can be said about the program. */
        @JsonProperty("platform_error")
        PLATFORM_ERROR,
        /** The pool refused the request as wrong; submitting the same again won't help. */
        @JsonProperty("refused")
        REFUSED,
        /** The deadline passed before the program could run. */
        @JsonProperty("deadline_passed")
        DEADLINE_PASSED
    }
}
