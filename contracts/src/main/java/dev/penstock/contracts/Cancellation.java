package dev.penstock.contracts;

import java.time.Instant;
import java.util.Objects;

/**
 * Word to the workers, on the {@code cancellations} queue, that nobody wants a job's result any more. Best effort: a job
 * that runs nevertheless changes nothing, because its status is terminal.
 */
public record Cancellation(int version, String jobId, Instant at) {
    public static final int VERSION = 1;

    public Cancellation {
        if (version != VERSION) {
            throw new IllegalArgumentException("version " + version + " is not supported; this build reads " + VERSION);
        }
        if (!Job.isId(jobId)) {
            throw new IllegalArgumentException("jobId must be 4 to 64 of [A-Za-z0-9_-]");
        }
        Objects.requireNonNull(at, "at");
    }
}
