package dev.penstock.gateway.store;

import dev.penstock.contracts.Job;
import dev.penstock.contracts.JobError;
import dev.penstock.contracts.Reply;
import io.vertx.core.Future;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Changes jobs. A job's status only moves forward: progress applies only when it is newer than what is known, a terminal
 * status never changes. Never blocks; every future fails with {@link StoreUnavailableException} when the database can't
 * do it.
 */
public final class JobStore {
    private static final String PROGRESS = """
            UPDATE jobs SET status = ?, attempt = ?, requeues = ?, resends = ?, deliveries = ?, phase = ?,
                started_at = ?, version = version + 1
            WHERE id = ? AND finished_at IS NULL AND (resends, deliveries, phase) < (?, ?, ?)
            """;

    private final Database database;

    public JobStore(Database database) {
        this.database = database;
    }

    /** Stores a new job together with the intent to send it. */
    public Future<StoredJob> insert(NewJob job) {
        return database.writer().submit(sql -> insert(sql, job));
    }

    /** The broker has the job's message: nothing is left to send. */
    public Future<Void> sent(String jobId) {
        return database.writer().submit(sql -> unqueue(sql, jobId)).mapEmpty();
    }

    /** Keeps a job's first result and counts the others. */
    public Future<Recorded> finish(Reply.Finished reply) {
        byte @Nullable [] result = body(reply);
        return database.writer().submit(sql -> {
            if (end(sql, reply, result)) {
                return Recorded.FIRST;
            }
            int repeated = sql.update("UPDATE jobs SET repeated_results = repeated_results + 1 WHERE id = ?",
                    reply.jobId());
            return repeated == 0 ? Recorded.UNKNOWN_JOB : Recorded.REPEATED;
        });
    }

    /** As {@link #finish}, without counting a repetition; whether the job was open until now. */
    public Future<Boolean> finishLate(Reply.Finished reply) {
        byte @Nullable [] result = body(reply);
        return database.writer().submit(sql -> end(sql, reply, result));
    }

    /**
     * Ends a job that nobody will run any more; counts nothing when it has ended already.
     *
     * @param resends
     *            which message of the job was given up ({@code JobMessage}: attempts after the first plus requeues); a
     *            job that is known to have gone further lives on in a later message
     * @return whether the job was open until now
     */
    public Future<Boolean> giveUp(String jobId, int resends, JobError error, Instant at) {
        return database.writer().submit(sql -> sql.update("""
                UPDATE jobs SET status = 'failed', finished_at = ?, error_code = ?, error_message = ?,
                    version = version + 1
                WHERE id = ? AND finished_at IS NULL AND resends <= ?
                """, at.toEpochMilli(), Rows.name(error.code()), error.message(), jobId, resends) == 1);
    }

    /** Whether the progress was news. */
    public Future<Boolean> progress(Reply.Progressed reply) {
        int resends = resends(reply.attempt(), reply.requeues());
        boolean running = reply.phase() == Reply.Phase.RUNNING;
        Long startedAt = running ? reply.at().toEpochMilli() : null;
        int phase = running ? 1 : 0;
        return database.writer()
                .submit(sql -> sql.update(PROGRESS, Rows.name(reply.phase()), reply.attempt(), reply.requeues(),
                        resends, reply.deliveryCount(), phase, startedAt, reply.jobId(), resends, reply.deliveryCount(),
                        phase) == 1);
    }

    /** Ends an overdue job; whether it was open until now. */
    public Future<Boolean> expire(String jobId, JobError error, Instant at) {
        return database.writer().submit(sql -> {
            unqueue(sql, jobId);
            return sql.update("""
                    UPDATE jobs SET status = 'expired', finished_at = ?, error_code = ?, error_message = ?,
                        version = version + 1
                    WHERE id = ? AND finished_at IS NULL
                    """, at.toEpochMilli(), Rows.name(error.code()), error.message(), jobId) == 1;
        });
    }

    /** Ends the tenant's job because it said so; whether there was such a job and it was open until now. */
    public Future<Boolean> cancel(String tenant, String jobId, Instant at) {
        return database.writer().submit(sql -> {
            boolean open = sql.update("""
                    UPDATE jobs SET status = 'canceled', finished_at = ?, version = version + 1
                    WHERE id = ? AND tenant = ? AND finished_at IS NULL
                    """, at.toEpochMilli(), jobId, tenant) == 1;
            if (open) {
                unqueue(sql, jobId);
            }
            return open;
        });
    }

    /** Erases all that is known of the tenant's job; whether there was one. */
    public Future<Boolean> erase(String tenant, String jobId) {
        return database.writer().submit(sql -> {
            boolean found = sql.update("DELETE FROM jobs WHERE id = ? AND tenant = ?", jobId, tenant) == 1;
            if (found) {
                eraseParts(sql, jobId);
            }
            return found;
        });
    }

    /** Erases a job that is kept no longer. */
    public Future<Void> forget(String jobId) {
        return database.writer().submit(sql -> {
            eraseParts(sql, jobId);
            return sql.update("DELETE FROM jobs WHERE id = ?", jobId);
        }).mapEmpty();
    }

    /** Keeps what workers announced, unless something newer is known. */
    public Future<Void> announce(Reply.RuntimesAnnounced runtimes) {
        byte[] body = Rows.json(runtimes);
        long at = runtimes.at().toEpochMilli();
        return database.writer().submit(sql -> sql.update("""
                INSERT INTO runtimes (id, body, announced_at) VALUES (1, ?, ?)
                ON CONFLICT (id) DO UPDATE SET body = excluded.body, announced_at = excluded.announced_at
                WHERE runtimes.announced_at <= excluded.announced_at
                """, body, at)).mapEmpty();
    }

    private static StoredJob insert(Sql sql, NewJob entry) throws SQLException {
        Job job = entry.job();
        StoredJob stored = StoredJob.fresh(job, Rows.text(entry.labels()));
        sql.update("""
                INSERT INTO jobs (id, tenant, language, status, attempt, requeues, resends, deliveries, phase,
                    submitted_at, deadline, repeated_results, labels)
                VALUES (?, ?, ?, 'queued', 1, 0, 0, 0, 0, ?, ?, 0, ?)
                """, job.id(), job.tenant(), job.program().language(), job.submittedAt().toEpochMilli(),
                job.deadline().toEpochMilli(), stored.labels());
        sql.update("INSERT INTO outbox (job_id, body, stored_at) VALUES (?, ?, ?)", job.id(), entry.body(),
                job.submittedAt().toEpochMilli());
        for (Map.Entry<String, String> label : entry.labels().entrySet()) {
            sql.update("INSERT INTO job_labels (tenant, name, value, job_id) VALUES (?, ?, ?, ?)", job.tenant(),
                    label.getKey(), label.getValue(), job.id());
        }
        return stored;
    }

    private static boolean end(Sql sql, Reply.Finished reply, byte @Nullable [] result) throws SQLException {
        JobError error = reply.error();
        int ended = sql.update("""
                UPDATE jobs SET status = ?, attempt = ?, requeues = ?, resends = ?, started_at = ?, finished_at = ?,
                    verdict = ?, error_code = ?, error_message = ?, version = version + 1
                WHERE id = ? AND finished_at IS NULL
                """, Rows.name(reply.status()), reply.attempt(), reply.requeues(),
                resends(reply.attempt(), reply.requeues()),
                reply.startedAt() == null ? null : reply.startedAt().toEpochMilli(), reply.finishedAt().toEpochMilli(),
                reply.result() == null ? null : Rows.name(reply.result().verdict()),
                error == null ? null : Rows.name(error.code()), error == null ? null : error.message(), reply.jobId());
        if (ended == 1) {
            unqueue(sql, reply.jobId());
        }
        if (ended == 1 && result != null) {
            sql.update("INSERT INTO results (job_id, body) VALUES (?, ?)", reply.jobId(), result);
        }
        return ended == 1;
    }

    /** A job that has been sent, or has ended, must not be sent again. */
    private static int unqueue(Sql sql, String jobId) throws SQLException {
        return sql.update("DELETE FROM outbox WHERE job_id = ?", jobId);
    }

    private static void eraseParts(Sql sql, String jobId) throws SQLException {
        unqueue(sql, jobId);
        sql.update("DELETE FROM results WHERE job_id = ?", jobId);
        sql.update("DELETE FROM job_labels WHERE job_id = ?", jobId);
    }

    private static byte @Nullable [] body(Reply.Finished reply) {
        return reply.result() == null ? null : Rows.json(reply.result());
    }

    private static int resends(int attempt, int requeues) {
        return attempt - 1 + requeues;
    }
}
