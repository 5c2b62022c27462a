package dev.penstock.gateway.http;

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
record BatchView(String id, String status, int total, Instant submittedAt, @Nullable Instant finishedAt,
        Map<Status, Long> counts, List<JobView> jobs) {
    static BatchView of(StoredBatch batch) {
        return new BatchView(batch.id(), batch.finishedAt() == null ? "running" : "finished", batch.total(),
                batch.submittedAt(), batch.finishedAt(), batch.counts(),
                batch.jobs().stream().map(JobView::of).toList());
    }

    /** A batch that was accepted just now. */
    static BatchView of(NewBatch batch) {
        return new BatchView(batch.id(), "running", batch.jobs().size(), batch.submittedAt(), null,
                Map.of(Status.QUEUED, (long) batch.jobs().size()), batch.jobs().stream().map(JobView::of).toList());
    }

    static String url(String batchId) {
        return "/v1/batches/" + batchId;
    }
}
