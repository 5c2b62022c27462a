package dev.penstock.gateway.store;

import dev.penstock.contracts.Job;
import dev.penstock.contracts.JobError;
import dev.penstock.contracts.Status;
import dev.penstock.contracts.Verdict;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the store knows of a job.
 *
 * @param labels
 *            the caller's own, as a JSON object
 * @param version
 *            grows with each visible change
 * @param result
 *            the program's result as the JSON text that the worker sent, {@code null} when no program ran or none has
 *            ended yet
 */
public record StoredJob(String id, String tenant, String language, Status status, int attempt, int requeues,
        Instant submittedAt, Instant deadline, @Nullable Instant startedAt, @Nullable Instant finishedAt,
        @Nullable Verdict verdict, @Nullable JobError error, @Nullable String result, String labels, int version) {

    /** A job that was accepted just now. */
    static StoredJob fresh(Job job, String labels) {
        return new StoredJob(job.id(), job.tenant(), job.program().language(), Status.QUEUED, 1, 0, job.submittedAt(),
                job.deadline(), null, null, null, null, null, labels, 0);
    }
}
