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
 * @param passed
 *            whether all test cases passed; {@code null} when there are none or no program ran
 * @param result
 *            the program's result as the JSON text that the worker sent, {@code null} when no program ran or none has
 *            ended yet
 * @param number
 *            grows from job to job; 0 for jobs from before there were numbers
 * @param webhook
 *            what became of its webhook; {@code null} when it has none, and where several jobs are read at once
 */
public record StoredJob(String id, String tenant, String language, Status status, int attempt, int requeues,
        Instant submittedAt, Instant deadline, @Nullable Instant startedAt, @Nullable Instant finishedAt,
        @Nullable Verdict verdict, @Nullable JobError error, @Nullable String result, Map<String, String> labels,
        int version,
        @Nullable String batchId, @Nullable Boolean passed, long number, Delivery.@Nullable State webhook) {
    public StoredJob {
        labels = Map.copyOf(labels);
    }
}
