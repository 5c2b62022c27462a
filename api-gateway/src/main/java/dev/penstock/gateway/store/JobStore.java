package dev.penstock.gateway.store;

import dev.penstock.contracts.JobError;
import dev.penstock.contracts.Output;
import dev.penstock.contracts.ProgramResult;
import dev.penstock.contracts.Reply;
import dev.penstock.contracts.Verdict;
import io.vertx.core.Future;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Changes stored jobs. A job's status only moves forward: progress applies only when it is newer than what is known, a
 * terminal status never changes. Never blocks; every future fails with {@link StoreUnavailableException} when the
 * database can't do it.
 */
public final class JobStore {
    private static final String PROGRESS = """
            UPDATE jobs SET status = ?, attempt = ?, requeues = ?, resends = ?, deliveries = ?, phase = ?,
                started_at = ?, version = version + 1
            WHERE id = ? AND finished_at IS NULL AND (resends, deliveries, phase) < (?, ?, ?)
            """;
    private static final String END = """
            UPDATE jobs SET status = ?, attempt = ?, requeues = ?, resends = ?, started_at = ?, finished_at = ?,
                verdict = ?, passed = ?, error_code = ?, error_message = ?, version = version + 1
            WHERE id = ? AND finished_at IS NULL
            """;

    private final Database database;

    public JobStore(Database database) {
        this.database = database;
    }

    /** Keeps a job's first result and counts the others. */
    public Future<Ending> finish(Reply.Finished reply) {
        byte @Nullable [] result = body(reply);
        return database.writer().submit(sql -> {
            Ending ending = end(sql, reply, result);
            if (ending.now()) {
                return ending;
            }
            int repeated = sql.update("UPDATE jobs SET repeated_results = repeated_results + 1 WHERE id = ?",
                    reply.jobId());
            return repeated == 0 ? Ending.UNKNOWN_JOB : Ending.NOTHING;
        });
    }

    /** As {@link #finish}, without counting a repetition. */
    public Future<Ending> finishLate(Reply.Finished reply) {
        byte @Nullable [] result = body(reply);
        return database.writer().submit(sql -> end(sql, reply, result));
    }

    /**
     * Ends a job as failed that nobody will run any more.
     *
     * @param resends
     *            which message of the job was given up ({@code JobMessage}: attempts after the first plus requeues); a
     *            job that is known to have gone further lives on in a later message
     */
    public Future<Ending> giveUp(String jobId, int resends, JobError error, Instant at) {
        return database.writer().submit(sql -> Endings.after(sql, jobId, at, sql.update("""
                UPDATE jobs SET status = 'failed', finished_at = ?, error_code = ?, error_message = ?,
                    version = version + 1
                WHERE id = ? AND finished_at IS NULL AND resends <= ?
                """, at.toEpochMilli(), Rows.name(error.code()), error.message(), jobId, resends)));
    }

    /** Ends an overdue job. */
    public Future<Ending> expire(String jobId, JobError error, Instant at) {
        return database.writer().submit(sql -> Endings.after(sql, jobId, at, sql.update("""
                UPDATE jobs SET status = 'expired', finished_at = ?, error_code = ?, error_message = ?,
                    version = version + 1
                WHERE id = ? AND finished_at IS NULL
                """, at.toEpochMilli(), Rows.name(error.code()), error.message(), jobId)));
    }

    /** Ends the tenant's job because the tenant said so. */
    public Future<Ending> cancel(String tenant, String jobId, Instant at) {
        return database.writer().submit(sql -> Endings.after(sql, jobId, at, sql.update("""
                UPDATE jobs SET status = 'canceled', finished_at = ?, version = version + 1
                WHERE id = ? AND tenant = ? AND finished_at IS NULL
                """, at.toEpochMilli(), jobId, tenant)));
    }

    /**
     * What cancelling a batch did.
     *
     * @param jobIds
     *            those that were open
     * @param ending
     *            of all of them together
     */
    public record CanceledBatch(List<String> jobIds, Ending ending) {
        public CanceledBatch {
            jobIds = List.copyOf(jobIds);
        }
    }

    /** Ends all open jobs of the tenant's batch because the tenant said so: after a crash, all of them or none. */
    public Future<CanceledBatch> cancelBatch(String tenant, String batchId, Instant at) {
        return database.writer().submit(sql -> {
            // The jobs first, then their batch, as whoever ends one job does: nobody waits in a circle.
            List<String> ended = sql.query("""
                    UPDATE jobs SET status = 'canceled', finished_at = ?, version = version + 1
                    WHERE batch_id = ? AND tenant = ? AND finished_at IS NULL RETURNING id
                    """, row -> row.getString(1), at.toEpochMilli(), batchId, tenant);
            return new CanceledBatch(ended, Endings.afterAll(sql, tenant, batchId, at, ended));
        });
    }

    /** Whether the progress was news. */
    public Future<Boolean> progress(Reply.Progressed reply) {
        int resends = resends(reply.attempt(), reply.requeues());
        boolean running = reply.phase() == Reply.Phase.RUNNING;
        Long startedAt = running ? reply.at().toEpochMilli() : null;
        int phase = running ? 1 : 0;
        return database.writer().submit(sql -> {
            boolean news = sql.update(PROGRESS, Rows.name(reply.phase()), reply.attempt(), reply.requeues(), resends,
                    reply.deliveryCount(), phase, startedAt, reply.jobId(), resends, reply.deliveryCount(), phase) == 1;
            if (news) {
                Labels.follow(sql, reply.jobId());
                sql.announce(reply.jobId(), false);
            }
            return news;
        });
    }

    /** Erases all that is known of the tenant's job; whether there was one. Cancel it before if it may be open. */
    public Future<Boolean> erase(String tenant, String jobId) {
        return database.writer().submit(sql -> {
            boolean found = sql.update("DELETE FROM jobs WHERE id = ? AND tenant = ?", jobId, tenant) == 1;
            if (found) {
                eraseParts(sql, jobId);
                sql.announce(jobId, true);
            }
            return found;
        });
    }

    /** Erases all that is known of the tenant's batch and its jobs; whether there was one. Cancel it before. */
    public Future<Boolean> eraseBatch(String tenant, String batchId) {
        return database.writer().submit(sql -> {
            boolean found = sql.update("DELETE FROM batches WHERE id = ? AND tenant = ?", batchId, tenant) == 1;
            if (found) {
                List<String> jobs = sql.query("SELECT id FROM jobs WHERE batch_id = ?", row -> row.getString(1),
                        batchId);
                for (String jobId : jobs) {
                    eraseParts(sql, jobId);
                }
                sql.update("DELETE FROM jobs WHERE batch_id = ?", batchId);
                eraseTraces(sql, batchId);
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

    /**
     * Forgets batches that ended before that time; their jobs end no later and are forgotten by themselves.
     *
     * @param limit
     *            how many at most: a transaction holds up all that are behind it
     * @return how many were forgotten
     */
    public Future<Integer> forgetBatches(Instant endedBefore, int limit) {
        return database.writer().submit(sql -> {
            List<String> old = sql.query("SELECT id FROM batches WHERE finished_at < ? LIMIT ?",
                    row -> row.getString(1), endedBefore.toEpochMilli(), limit);
            for (String batchId : old) {
                eraseTraces(sql, batchId);
                sql.update("DELETE FROM batches WHERE id = ?", batchId);
            }
            return old.size();
        });
    }

    /**
     * Keeps what workers announced, unless something newer is known. A worker whose clock is ahead must not outdo all that
     * is announced later, so nothing is newer than now.
     */
    public Future<Void> announce(Reply.RuntimesAnnounced runtimes, Instant now) {
        byte[] body = Rows.json(runtimes);
        long at = Math.min(runtimes.at().toEpochMilli(), now.toEpochMilli());
        return database.writer().submit(sql -> sql.update("""
                INSERT INTO runtimes (id, body, announced_at) VALUES (1, ?, ?)
                ON CONFLICT (id) DO UPDATE SET body = excluded.body, announced_at = excluded.announced_at
                WHERE runtimes.announced_at <= excluded.announced_at
                """, body, at)).mapEmpty();
    }

    private static Ending end(Sql sql, Reply.Finished reply, byte @Nullable [] result) throws SQLException {
        JobError error = reply.error();
        int ended = sql.update(END, Rows.name(reply.status()), reply.attempt(), reply.requeues(),
                resends(reply.attempt(), reply.requeues()),
                reply.startedAt() == null ? null : reply.startedAt().toEpochMilli(), reply.finishedAt().toEpochMilli(),
                reply.result() == null ? null : Rows.name(reply.result().verdict()), passed(reply.result()),
                error == null ? null : Rows.name(error.code()),
                error == null ? null : Rows.storable(error.message()), reply.jobId());
        if (ended == 1 && result != null) {
            sql.update("INSERT INTO results (job_id, body) VALUES (?, ?)", reply.jobId(), result);
        }
        if (ended == 1 && reply.startedAt() != null) {
            sql.tally().served(reply.finishedAt().toEpochMilli());
        }
        return Endings.after(sql, reply.jobId(), reply.finishedAt(), ended);
    }

    private static @Nullable Integer passed(@Nullable ProgramResult result) {
        if (result == null || result.tests() == null) {
            return null;
        }
        return result.tests().allPassed() ? 1 : 0;
    }

    private static void eraseParts(Sql sql, String jobId) throws SQLException {
        Outbox.remove(sql, jobId);
        sql.update("DELETE FROM results WHERE job_id = ?", jobId);
        Labels.remove(sql, jobId);
        eraseTraces(sql, jobId);
    }

    /** What is kept of a job and a batch alike. */
    private static void eraseTraces(Sql sql, String ownerId) throws SQLException {
        sql.update("DELETE FROM idempotency_keys WHERE resource_id = ?", ownerId);
        sql.update("""
                DELETE FROM delivery_attempts WHERE delivery_id IN (SELECT id FROM deliveries WHERE owner_id = ?)
                """, ownerId);
        sql.update("DELETE FROM deliveries WHERE owner_id = ?", ownerId);
        sql.update("DELETE FROM webhooks WHERE owner_id = ?", ownerId);
    }

    private static byte @Nullable [] body(Reply.Finished reply) {
        return reply.result() == null ? null : Rows.json(reply.result());
    }

    private static int resends(int attempt, int requeues) {
        return attempt - 1 + requeues;
    }
}
