package dev.penstock.gateway.store;

import dev.penstock.contracts.Status;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the store knows of a batch.
 *
 * @param counts
 *            of jobs by status; a status that no job has is absent
 * @param jobs
 *            in their order and without results; a deleted one is absent
 * @param finishedAt
 *            when its last job ended
 */
public record StoredBatch(String id, int total, Instant submittedAt, @Nullable Instant finishedAt,
        Map<Status, Long> counts, List<StoredJob> jobs) {
    public StoredBatch {
        counts = Map.copyOf(counts);
        jobs = List.copyOf(jobs);
    }
}
