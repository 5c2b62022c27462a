package dev.penstock.gateway.store;

import java.util.Optional;

/**
 * What a job's result, or another reason to end it, led to.
 *
 * @param batch
 *            the batch that ended with this job, its last one
 */
public record Ending(Recorded recorded, Optional<String> batch) {
    static final Ending NOTHING = new Ending(Recorded.REPEATED, Optional.empty());
    static final Ending UNKNOWN_JOB = new Ending(Recorded.UNKNOWN_JOB, Optional.empty());

    /** Whether the job was open until now. */
    public boolean now() {
        return recorded == Recorded.FIRST;
    }
}
