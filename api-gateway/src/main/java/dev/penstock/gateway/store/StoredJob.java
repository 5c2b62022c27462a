package dev.penstock.gateway.store;

import dev.penstock.contracts.JobError;
import dev.penstock.contracts.Status;
import dev.penstock.contracts.Verdict;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the store knows of a job.
 *
 * @param labels
 *            the caller's own
 * @param version
 *            grows with each visible change
 * @param testId
 *            the caller's name for the test case that the job is
 * @param passed
 *            whether the test's program printed what was expected; {@code null} when nothing was or it hasn't ended
 * @param result
 *            the program's result as the JSON text that the worker sent, {@code null} when no program ran or none has
 *            ended yet
 */
public record StoredJob(String id, String tenant, String language, Status status, int attempt, int requeues,
        Instant submittedAt, Instant deadline, @Nullable Instant startedAt, @Nullable Instant finishedAt,
        @Nullable Verdict verdict, @Nullable JobError error, @Nullable String result, Map<String, String> labels,
        int version,
        @Nullable String batchId, @Nullable String testId, @Nullable Boolean passed) {
    public StoredJob {
        labels = Map.copyOf(labels);
    }
}
