package dev.penstock.gateway.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What else changes, in the same transaction, when a job ends: for whatever reason it does. */
final class Endings {
    private Endings() {}

    private record Owner(String tenant, @Nullable String batchId) {
        static Owner of(ResultSet row) throws SQLException {
            return new Owner(row.getString(1), row.getString(2));
        }
    }

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
        Owner owner = sql.first("SELECT tenant, batch_id FROM jobs WHERE id = ?", Owner::of, jobId).orElseThrow();
        List<String> deliveries = afterJob(sql, owner.tenant(), jobId, at);
        return owner.batchId() == null
                ? new Ending(Recorded.FIRST, Optional.empty(), deliveries)
                : withBatch(sql, owner.batchId(), at, 1, deliveries);
    }

    /** Follows an update that ends these jobs of one batch. */
    static Ending afterAll(Sql sql, String tenant, String batchId, Instant at, List<String> jobIds)
            throws SQLException {
        if (jobIds.isEmpty()) {
            return Ending.NOTHING;
        }
        List<String> deliveries = new ArrayList<>();
        for (String jobId : jobIds) {
            deliveries.addAll(afterJob(sql, tenant, jobId, at));
        }
        return withBatch(sql, batchId, at, jobIds.size(), deliveries);
    }

    private static List<String> afterJob(Sql sql, String tenant, String jobId, Instant at) throws SQLException {
        Outbox.remove(sql, jobId);
        Labels.follow(sql, jobId);
        sql.announce(jobId, true);
        sql.tally().ended(tenant);
        return owe(sql, jobId, at);
    }

    private static Ending withBatch(Sql sql, String batchId, Instant at, int ended, List<String> ofJobs)
            throws SQLException {
        Ending.OfBatch batch = new Ending.OfBatch(batchId, endsBatch(sql, batchId, at, ended));
        sql.announce(batch.id(), batch.ended());
        List<String> deliveries = new ArrayList<>(ofJobs);
        if (batch.ended()) {
            deliveries.addAll(owe(sql, batch.id(), at));
        }
        return new Ending(Recorded.FIRST, Optional.of(batch), deliveries);
    }

    /** The delivery that the job's or batch's end owes, if a webhook was asked for: one per owner, named after it. */
    private static List<String> owe(Sql sql, String ownerId, Instant at) throws SQLException {
        String id = "msg_" + ownerId.replaceFirst("^[a-z]+_", "");
        int made = sql.update("""
                INSERT INTO deliveries (id, owner_id, state, attempts, tries, due_at, created_at)
                SELECT ?, owner_id, 'pending', 0, 0, ?, ? FROM webhooks WHERE owner_id = ?
                """, id, at.toEpochMilli(), at.toEpochMilli(), ownerId);
        return made == 1 ? List.of(id) : List.of();
    }

    /** Whether these were the batch's last open jobs. Its row is locked meanwhile, so exactly one ending is the last. */
    private static boolean endsBatch(Sql sql, String batchId, Instant at, int ended) throws SQLException {
        Optional<Integer> open = sql.first(
                "UPDATE batches SET open_jobs = open_jobs - ? WHERE id = ? RETURNING open_jobs", row -> row.getInt(1),
                ended, batchId);
        if (open.isEmpty() || open.get() > 0) {
            return false;
        }
        sql.update("UPDATE batches SET finished_at = ? WHERE id = ?", at.toEpochMilli(), batchId);
        return true;
    }
}
