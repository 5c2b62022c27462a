package dev.penstock.gateway.store;

import dev.penstock.contracts.Job;
import dev.penstock.contracts.JobError;
import dev.penstock.contracts.Json;
import dev.penstock.contracts.Reply;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Jobs, their results and what waits to be sent. A job's status only moves forward: progress applies only when it is
 * newer than what is known, a terminal status never changes. Never blocks; every future fails with
 * {@link StoreUnavailableException} when the database can't do it.
 */
public final class JobStore {
    private static final String COLUMNS = """
            j.id, j.tenant, j.language, j.status, j.attempt, j.requeues, j.submitted_at, j.deadline, j.started_at,
            j.finished_at, j.verdict, j.error_code, j.error_message
            """;

    private static final String PROGRESS = """
            UPDATE jobs SET status = ?, attempt = ?, requeues = ?, resends = ?, deliveries = ?, phase = ?,
                started_at = ?
            WHERE id = ? AND finished_at IS NULL AND (resends, deliveries, phase) < (?, ?, ?)
            """;

    private final Database database;

    public JobStore(Database database) {
        this.database = database;
    }

    /** Stores a new job together with the intent to send it. */
    public Future<StoredJob> insert(Job job, byte[] body) {
        return database.writer().submit(sql -> {
            sql.update("""
                    INSERT INTO jobs (id, tenant, language, status, attempt, requeues, resends, deliveries, phase,
                        submitted_at, deadline, repeated_results)
                    VALUES (?, ?, ?, 'queued', 1, 0, 0, 0, 0, ?, ?, 0)
                    """, job.id(), job.tenant(), job.program().language(), job.submittedAt().toEpochMilli(),
                    job.deadline().toEpochMilli());
            sql.update("INSERT INTO outbox (job_id, body, stored_at) VALUES (?, ?, ?)", job.id(), body,
                    job.submittedAt().toEpochMilli());
            return StoredJob.fresh(job);
        });
    }

    /** The broker has the job's message: nothing is left to send. */
    public Future<Void> sent(String jobId) {
        return database.writer()
                .submit(sql -> sql.update("DELETE FROM outbox WHERE job_id = ?", jobId))
                .mapEmpty();
    }

    /** Jobs that were stored before that time and still wait for the broker's word, oldest first. */
    public Future<List<Unsent>> unsent(Instant storedBefore, int limit) {
        return database.readers()
                .submit(sql -> sql.query(
                        "SELECT job_id, body FROM outbox WHERE stored_at < ? ORDER BY stored_at LIMIT ?",
                        row -> new Unsent(row.getString(1), row.getBytes(2)), storedBefore.toEpochMilli(), limit));
    }

    /** The tenant's job with its result; another tenant's job is absent. */
    public Future<Optional<StoredJob>> find(String tenant, String jobId) {
        return database.readers()
                .submit(sql -> sql.first("SELECT " + COLUMNS + """
                        , r.body FROM jobs j LEFT JOIN results r ON r.job_id = j.id
                        WHERE j.id = ? AND j.tenant = ?
                        """, Rows::jobWithResult, jobId, tenant));
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
                UPDATE jobs SET status = 'failed', finished_at = ?, error_code = ?, error_message = ?
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

    /** Ends an overdue job; whether it was open until now. */
    public Future<Boolean> expire(String jobId, JobError error, Instant at) {
        return database.writer().submit(sql -> {
            sql.update("DELETE FROM outbox WHERE job_id = ?", jobId);
            return sql.update("""
                    UPDATE jobs SET status = 'expired', finished_at = ?, error_code = ?, error_message = ?
                    WHERE id = ? AND finished_at IS NULL
                    """, at.toEpochMilli(), Rows.name(error.code()), error.message(), jobId) == 1;
        });
    }

    /** Keeps what workers announced, unless something newer is known. */
    public Future<Void> announce(Reply.RuntimesAnnounced runtimes) {
        byte[] body = json(runtimes);
        long at = runtimes.at().toEpochMilli();
        return database.writer().submit(sql -> sql.update("""
                INSERT INTO runtimes (id, body, announced_at) VALUES (1, ?, ?)
                ON CONFLICT (id) DO UPDATE SET body = excluded.body, announced_at = excluded.announced_at
                WHERE runtimes.announced_at <= excluded.announced_at
                """, body, at)).mapEmpty();
    }

    /** What workers announced last; empty before any did. */
    public Future<Optional<Reply.RuntimesAnnounced>> runtimes() {
        return database.readers().submit(sql -> sql.first("SELECT body FROM runtimes WHERE id = 1", Rows::runtimes));
    }

    /** Finishes what waits, then closes the database. Blocks. */
    public void close() throws InterruptedException {
        database.close();
    }

    private static boolean end(Sql sql, Reply.Finished reply, byte @Nullable [] result) throws SQLException {
        JobError error = reply.error();
        int ended = sql.update("""
                UPDATE jobs SET status = ?, attempt = ?, requeues = ?, resends = ?, started_at = ?, finished_at = ?,
                    verdict = ?, error_code = ?, error_message = ?
                WHERE id = ? AND finished_at IS NULL
                """, Rows.name(reply.status()), reply.attempt(), reply.requeues(),
                resends(reply.attempt(), reply.requeues()),
                reply.startedAt() == null ? null : reply.startedAt().toEpochMilli(), reply.finishedAt().toEpochMilli(),
                reply.result() == null ? null : Rows.name(reply.result().verdict()),
                error == null ? null : Rows.name(error.code()), error == null ? null : error.message(),
                reply.jobId());
        if (ended == 1) {
            sql.update("DELETE FROM outbox WHERE job_id = ?", reply.jobId());
        }
        if (ended == 1 && result != null) {
            sql.update("INSERT INTO results (job_id, body) VALUES (?, ?)", reply.jobId(), result);
        }
        return ended == 1;
    }

    private static byte @Nullable [] body(Reply.Finished reply) {
        return reply.result() == null ? null : json(reply.result());
    }

    private static int resends(int attempt, int requeues) {
        return attempt - 1 + requeues;
    }

    private static byte[] json(Object value) {
        try {
            return Json.MAPPER.writeValueAsBytes(value);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
