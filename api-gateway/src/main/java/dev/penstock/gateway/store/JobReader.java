package dev.penstock.gateway.store;

import dev.penstock.contracts.Reply;
import io.vertx.core.Future;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What can be asked of the job store. As {@link JobStore} otherwise. */
public final class JobReader {
    private static final String COLUMNS = """
            j.id, j.tenant, j.language, j.status, j.attempt, j.requeues, j.submitted_at, j.deadline, j.started_at,
            j.finished_at, j.verdict, j.error_code, j.error_message, j.labels, j.version, j.batch_id, j.passed,
            j.number
            """;
    /** One job, by its id and tenant. */
    static final String ONE = "SELECT " + COLUMNS + """
            , r.body AS result, CASE WHEN w.owner_id IS NOT NULL THEN COALESCE(d.state, 'pending') END AS webhook
            FROM jobs j LEFT JOIN results r ON r.job_id = j.id LEFT JOIN webhooks w ON w.owner_id = j.id
            LEFT JOIN deliveries d ON d.owner_id = w.owner_id WHERE j.id = ? AND j.tenant = ?
            """;
    private static final String WITHOUT_RESULT = "SELECT " + COLUMNS + ", NULL AS result, NULL AS webhook FROM ";

    private final Database database;

    public JobReader(Database database) {
        this.database = database;
    }

    /** The tenant's job with its result; another tenant's job is absent. */
    public Future<Optional<StoredJob>> find(String tenant, String jobId) {
        return database.readers().submit(sql -> sql.first(ONE, Rows::job, jobId, tenant));
    }

    /** Whether there is such a job, of whatever tenant. */
    public Future<Boolean> exists(String jobId) {
        return database.readers()
                .submit(sql -> sql.first("SELECT 1 FROM jobs WHERE id = ?", _ -> true, jobId).isPresent());
    }

    /** Whether the job or batch, of whatever tenant, has ended or isn't there any more. */
    public Future<Boolean> hasEnded(String id) {
        return database.readers().submit(sql -> sql.first("""
                SELECT 1 FROM jobs WHERE id = ? AND finished_at IS NULL
                UNION ALL
                SELECT 1 FROM batches WHERE id = ? AND finished_at IS NULL
                """, _ -> true, id, id).isEmpty());
    }

    /** The tenant's jobs, newest first and without results, one page. */
    public Future<List<StoredJob>> list(String tenant, JobFilter filter, int limit) {
        return database.readers().submit(sql -> {
            Page page = Page.of(sql, tenant, filter, limit);
            return sql.query(page.query(), Rows::job, page.parameters().toArray());
        });
    }

    /** The query for a page of jobs. Whichever filters are given, one index leads to its rows in their order. */
    record Page(String query, List<Object> parameters) {
        static Page of(Sql sql, String tenant, JobFilter filter, int limit) {
            return filter.label().isPresent()
                    ? labelled(sql, tenant, filter.label().get(), filter, limit)
                    : plain(sql, tenant, filter, limit);
        }

        private static Page plain(Sql sql, String tenant, JobFilter filter, int limit) {
            String index = filter.status().isPresent() ? "jobs_by_status" : "jobs_by_tenant";
            return page(WITHOUT_RESULT + "jobs j" + sql.by(index) + " WHERE j.tenant = ?", List.of(tenant),
                    "j.status", "j.id", filter, limit);
        }

        /** A cross join is carried out from left to right by SQLite, which would otherwise sort all jobs of the label. */
        private static Page labelled(Sql sql, String tenant, JobFilter.Label label, JobFilter filter, int limit) {
            String index = filter.status().isPresent() ? sql.by("job_labels_by_status") : "";
            return page(WITHOUT_RESULT + "job_labels l" + index + """
                     CROSS JOIN jobs j
                    WHERE j.id = l.job_id AND l.tenant = ? AND l.name = ? AND l.value = ?""",
                    List.of(tenant, label.name(), label.value()), "l.status", "l.job_id", filter, limit);
        }

        private static Page page(String query, List<Object> owner, String status, String id, JobFilter filter,
                int limit) {
            List<Object> parameters = new ArrayList<>(owner);
            filter.status().ifPresent(wanted -> parameters.add(Rows.name(wanted)));
            parameters.addAll(List.of(filter.idsAfter(), filter.idsBefore(), limit));
            return new Page(query + (filter.status().isPresent() ? " AND " + status + " = ?" : "") + " AND " + id
                    + " > ? AND " + id + " < ? ORDER BY " + id + " DESC LIMIT ?", parameters);
        }
    }

    /** Jobs that were stored before that time and still wait for the broker's word, oldest first. */
    public Future<List<Unsent>> unsent(Instant storedBefore, int limit) {
        return database.readers()
                .submit(sql -> sql.query(
                        "SELECT job_id, body FROM outbox WHERE stored_at < ? ORDER BY job_id LIMIT ?",
                        row -> new Unsent(row.getString(1), row.getBytes(2)), storedBefore.toEpochMilli(), limit));
    }

    /**
     * Open jobs whose time is over, as ids: those that wait past their deadline, and those that have been running for
     * longer than any run may take.
     *
     * @param runningSince
     *            a job that runs is overdue only when it started before that time
     */
    public Future<List<String>> overdue(Instant now, Instant runningSince, int limit) {
        return database.readers()
                .submit(sql -> sql.query("""
                        SELECT id FROM jobs
                        WHERE finished_at IS NULL AND deadline < ? AND (status = 'queued' OR started_at < ?)
                        ORDER BY deadline LIMIT ?
                        """, row -> row.getString(1), now.toEpochMilli(), runningSince.toEpochMilli(), limit));
    }

    /** Jobs that ended before that time, as ids, oldest first. */
    public Future<List<String>> endedBefore(Instant time, int limit) {
        return database.readers()
                .submit(sql -> sql.query("""
                        SELECT id FROM jobs WHERE finished_at IS NOT NULL AND finished_at < ?
                        ORDER BY finished_at LIMIT ?
                        """, row -> row.getString(1), time.toEpochMilli(), limit));
    }

    /** The jobs of a batch in their order and without results. */
    static List<StoredJob> jobsOf(Sql sql, String tenant, String batchId) throws SQLException {
        return sql.query(WITHOUT_RESULT + "jobs j WHERE j.batch_id = ? AND j.tenant = ? ORDER BY j.position", Rows::job,
                batchId, tenant);
    }

    /** What workers announced last; empty before any did. */
    public Future<Optional<Reply.RuntimesAnnounced>> runtimes() {
        return database.readers().submit(sql -> sql.first("SELECT body FROM runtimes WHERE id = 1", Rows::runtimes));
    }
}
