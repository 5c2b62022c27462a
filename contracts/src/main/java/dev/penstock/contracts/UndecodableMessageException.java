package dev.penstock.contracts;

import java.util.Optional;

/** A message that no retry will make readable: it belongs in the dead-letter queue. */
public final class UndecodableMessageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Optional<String> jobId;

    public UndecodableMessageException(String message, Optional<String> jobId) {
        super(message);
        this.jobId = jobId;
    }

    /** The id of the job that the message was about, where at least that could be read. */
    public Optional<String> jobId() {
        return jobId;
    }
}
