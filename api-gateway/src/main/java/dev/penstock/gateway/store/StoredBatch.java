package dev.penstock.gateway.store;

import dev.penstock.contracts.Status;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the store knows of a batch.
 *
 * @param ended
 *            how many of its jobs have ended; grows from 0 to the total
 * @param finishedAt
 *            when its last job ended
 * @param labels
 *            the caller's own
 * @param counts
 *            of jobs by status; a status that no job has is absent
 * @param jobs
 *            in their order and without results; a deleted one is absent
 */
public record StoredBatch(String id, int total, int ended, Instant submittedAt, @Nullable Instant finishedAt,
        Map<String, String> labels, Map<Status, Long> counts, List<StoredJob> jobs) {
    public StoredBatch {
        labels = Map.copyOf(labels);
        counts = Map.copyOf(counts);
        jobs = List.copyOf(jobs);
    }

    /** Whether all of its jobs have ended. */
    public boolean finished() {
        return finishedAt != null;
    }

    StoredBatch withJobs(List<StoredJob> found, Map<Status, Long> byStatus) {
        return new StoredBatch(id, total, ended, submittedAt, finishedAt, labels, byStatus, found);
    }
}
