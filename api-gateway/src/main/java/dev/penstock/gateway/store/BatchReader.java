package dev.penstock.gateway.store;

import dev.penstock.contracts.Status;
import io.vertx.core.Future;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What can be asked of batches. As {@link JobReader} otherwise. */
public final class BatchReader {
    private static final String BATCH = """
            SELECT id, total, open_jobs, submitted_at, finished_at, labels FROM batches
            """;

    private final Database database;

    public BatchReader(Database database) {
        this.database = database;
    }

    /** The tenant's batch with its jobs; another tenant's is absent. */
    public Future<Optional<StoredBatch>> find(String tenant, String batchId) {
        return database.readers().submit(sql -> {
            Optional<StoredBatch> bare = bare(sql, tenant, batchId);
            return bare.isEmpty()
                    ? bare
                    : Optional.of(bare.get().withJobs(JobReader.jobsOf(sql, tenant, batchId), counts(sql, batchId)));
        });
    }

    /** The same without its jobs. */
    public Future<Optional<StoredBatch>> progress(String tenant, String batchId) {
        return database.readers().submit(sql -> {
            Optional<StoredBatch> bare = bare(sql, tenant, batchId);
            return bare.isEmpty() ? bare : Optional.of(bare.get().withJobs(List.of(), counts(sql, batchId)));
        });
    }

    /** The tenant's batches with smaller ids, newest first and without their jobs, one page. */
    public Future<List<StoredBatch>> list(String tenant, String idsBefore, int limit) {
        return database.readers().submit(sql -> {
            List<StoredBatch> page = sql.query(BATCH + "WHERE tenant = ? AND id < ? ORDER BY id DESC LIMIT ?",
                    BatchReader::batch, tenant, idsBefore, limit);
            List<StoredBatch> full = new ArrayList<>();
            for (StoredBatch bare : page) {
                full.add(bare.withJobs(List.of(), counts(sql, bare.id())));
            }
            return full;
        });
    }

    private static Optional<StoredBatch> bare(Sql sql, String tenant, String batchId) throws SQLException {
        return sql.first(BATCH + "WHERE id = ? AND tenant = ?", BatchReader::batch, batchId, tenant);
    }

    private static Map<Status, Long> counts(Sql sql, String batchId) throws SQLException {
        Map<Status, Long> counts = new HashMap<>();
        sql.query("SELECT status, COUNT(*) FROM jobs WHERE batch_id = ? GROUP BY status",
                row -> counts.put(Rows.status(row.getString(1)), row.getLong(2)), batchId);
        return counts;
    }

    private static StoredBatch batch(ResultSet row) throws SQLException {
        int total = row.getInt("total");
        return new StoredBatch(row.getString("id"), total, total - row.getInt("open_jobs"),
                Instant.ofEpochMilli(row.getLong("submitted_at")), Rows.time(row, "finished_at"),
                Rows.labels(row.getString("labels")), Map.of(), List.of());
    }
}
