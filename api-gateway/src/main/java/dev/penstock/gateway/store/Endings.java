package dev.penstock.gateway.store;

import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/** What else changes, in the same transaction, when a job ends: for whatever reason it does. */
final class Endings {
    private Endings() {}

    /**
     * Follows an update that ends a job.
     *
     * @param rows
     *            how many jobs the update ended: 0 or 1
     */
    static Ending after(Sql sql, String jobId, Instant at, int rows) throws SQLException {
        if (rows == 0) {
            return Ending.NOTHING;
        }
        Outbox.remove(sql, jobId);
        Optional<String> batch = sql
                .first("SELECT batch_id FROM jobs WHERE id = ? AND batch_id IS NOT NULL", row -> row.getString(1),
                        jobId);
        return new Ending(Recorded.FIRST, batch.isPresent() ? endBatch(sql, batch.get(), at) : Optional.empty());
    }

    /** The batch if this was its last open job. Its row is locked meanwhile, so exactly one job is the last. */
    private static Optional<String> endBatch(Sql sql, String batchId, Instant at) throws SQLException {
        Optional<Integer> open = sql.first(
                "UPDATE batches SET open_jobs = open_jobs - 1 WHERE id = ? RETURNING open_jobs", row -> row.getInt(1),
                batchId);
        if (open.isEmpty() || open.get() > 0) {
            return Optional.empty();
        }
        sql.update("UPDATE batches SET finished_at = ? WHERE id = ?", at.toEpochMilli(), batchId);
        return Optional.of(batchId);
    }
}
