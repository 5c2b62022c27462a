package dev.penstock.gateway.jobs;

import dev.penstock.contracts.Status;
import dev.penstock.gateway.store.NewBatch;
import dev.penstock.gateway.store.StoredBatch;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A batch as callers see it.
 *
 * @param counts
 *            of its jobs by status
 * @param jobs
 *            in their order and without results; each has a URL of its own
 */
public record BatchView(String id, String status, @Nullable Map<String, String> labels, int total,
        Instant submittedAt, @Nullable Instant finishedAt, Map<Status, Long> counts, @Nullable List<JobView> jobs) {
    public static BatchView of(StoredBatch batch) {
        return new BatchView(batch.id(), batch.finished() ? "finished" : "running", orNull(batch.labels()),
                batch.total(),
                batch.submittedAt(), batch.finishedAt(), batch.counts(),
                batch.jobs().stream().map(JobView::of).toList());
    }

    /** A batch that was accepted just now. */
    public static BatchView of(NewBatch batch) {
        return new BatchView(batch.id(), "running", orNull(batch.labels()), batch.jobs().size(), batch.submittedAt(),
                null,
                Map.of(Status.QUEUED, (long) batch.jobs().size()),
                batch.jobs().stream().map(job -> JobView.of(job, batch.id())).toList());
    }

    /** Its path in the API. */
    public static String url(String batchId) {
        return "/v1/batches/" + batchId;
    }

    /** The same without its jobs, where those are too many to be told. */
    public BatchView withoutJobs() {
        return new BatchView(id, status, labels, total, submittedAt, finishedAt, counts, null);
    }

    private static @Nullable Map<String, String> orNull(Map<String, String> labels) {
        return labels.isEmpty() ? null : labels;
    }
}
