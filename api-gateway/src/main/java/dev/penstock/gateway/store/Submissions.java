package dev.penstock.gateway.store;

import dev.penstock.contracts.Job;
import io.vertx.core.Future;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Takes in jobs and batches. A submission, the intent to send its jobs and its idempotency key are stored in one
 * transaction: a crash leaves all of them or none.
 */
public final class Submissions implements SubmissionStore {
    /** For which a key is remembered. */
    public static final Duration KEY_LIFE = Duration.ofHours(24);

    private final Database database;

    public Submissions(Database database) {
        this.database = database;
    }

    @Override
    public Future<Insertion> insert(NewJob job, Optional<IdempotencyKey> key, long maxOpenJobs) {
        Job inner = job.job();
        return database.writer()
                .submit(sql -> insertOnce(sql, inner.tenant(), key, inner.id(), inner.submittedAt(), 1, maxOpenJobs,
                        () -> insert(sql, job, null, null)));
    }

    @Override
    public Future<Insertion> insert(NewBatch batch, Optional<IdempotencyKey> key, long maxOpenJobs) {
        return database.writer()
                .submit(sql -> insertOnce(sql, batch.tenant(), key, batch.id(), batch.submittedAt(),
                        batch.jobs().size(), maxOpenJobs, () -> insert(sql, batch)));
    }

    @Override
    public Future<Optional<Insertion>> earlier(String tenant, IdempotencyKey key, Instant now) {
        return database.readers().submit(sql -> {
            boolean used = sql.first("""
                    SELECT 1 FROM idempotency_keys WHERE tenant = ? AND idempotency_key = ? AND created_at >= ?
                    """, _ -> true, tenant, key.key(), now.minus(KEY_LIFE).toEpochMilli()).isPresent();
            return used ? Optional.of(earlier(sql, tenant, key)) : Optional.empty();
        });
    }

    @Override
    public Future<Void> sent(List<String> jobIds) {
        return database.writer().submit(sql -> {
            int rows = 0;
            for (String jobId : jobIds) {
                rows += Outbox.remove(sql, jobId);
            }
            return rows;
        }).mapEmpty();
    }

    /**
     * Forgets keys that were used before that time.
     *
     * @param limit
     *            how many at most: a transaction holds up all that are behind it
     * @return how many were forgotten
     */
    public Future<Integer> forgetKeys(Instant usedBefore, int limit) {
        return database.writer().submit(sql -> sql.update("""
                DELETE FROM idempotency_keys WHERE (tenant, idempotency_key) IN (
                    SELECT tenant, idempotency_key FROM idempotency_keys WHERE created_at < ? LIMIT ?)
                """, usedBefore.toEpochMilli(), limit));
    }

    /** The rows of one submission. */
    private interface Insert {
        void run() throws SQLException;
    }

    private static Insertion insertOnce(Sql sql, String tenant, Optional<IdempotencyKey> key, String resourceId,
            Instant now, int jobs, long maxOpenJobs, Insert insert) throws SQLException {
        Optional<Insertion> earlier = claim(sql, tenant, key, resourceId, now);
        if (earlier.isPresent()) {
            return earlier.get();
        }
        OptionalLong openJobs = sql.tally().tryOpen(sql, tenant, jobs, maxOpenJobs);
        if (openJobs.isEmpty()) {
            if (key.isPresent()) {
                sql.update("DELETE FROM idempotency_keys WHERE tenant = ? AND idempotency_key = ?", tenant,
                        key.get().key());
            }
            return new Insertion.QuotaFull(sql.tally().openJobs(sql, tenant));
        }
        insert.run();
        return new Insertion.Stored(openJobs.getAsLong());
    }

    /** Takes the key for this resource; what it was used for if it was taken before. */
    private static Optional<Insertion> claim(Sql sql, String tenant, Optional<IdempotencyKey> key, String resourceId,
            Instant now) throws SQLException {
        if (key.isEmpty()) {
            return Optional.empty();
        }
        String name = key.get().key();
        sql.update("DELETE FROM idempotency_keys WHERE tenant = ? AND idempotency_key = ? AND created_at < ?", tenant,
                name, now.minus(KEY_LIFE).toEpochMilli());
        int taken = sql.update("""
                INSERT INTO idempotency_keys (tenant, idempotency_key, fingerprint, resource_id, created_at)
                VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                """, tenant, name, key.get().fingerprint(), resourceId, now.toEpochMilli());
        return taken == 1 ? Optional.empty() : Optional.of(earlier(sql, tenant, key.get()));
    }

    private static Insertion earlier(Sql sql, String tenant, IdempotencyKey key) throws SQLException {
        Optional<String> resource = sql.first("""
                SELECT resource_id FROM idempotency_keys
                WHERE tenant = ? AND idempotency_key = ? AND fingerprint = ?
                """, row -> row.getString(1), tenant, key.key(), key.fingerprint());
        if (resource.isEmpty()) {
            return new Insertion.KeyTaken();
        }
        return Outbox.holdsAnyOf(sql, resource.get())
                ? new Insertion.InFlight(resource.get())
                : new Insertion.Repeated(resource.get());
    }

    private static void insert(Sql sql, NewBatch batch) throws SQLException {
        sql.update("""
                INSERT INTO batches (id, tenant, total, open_jobs, submitted_at, labels) VALUES (?, ?, ?, ?, ?, ?)
                """, batch.id(), batch.tenant(), batch.jobs().size(), batch.jobs().size(),
                batch.submittedAt().toEpochMilli(), Rows.text(batch.labels()));
        addWebhook(sql, batch.id(), batch.tenant(), batch.webhook());
        int position = 0;
        for (NewJob job : batch.jobs()) {
            insert(sql, job, batch.id(), position++);
        }
    }

    private static void insert(Sql sql, NewJob entry, @Nullable String batchId, @Nullable Integer position)
            throws SQLException {
        Job job = entry.job();
        sql.update("""
                INSERT INTO jobs (id, tenant, language, status, attempt, requeues, resends, deliveries, phase,
                    submitted_at, deadline, repeated_results, labels, batch_id, position, number)
                VALUES (?, ?, ?, 'queued', 1, 0, 0, 0, 0, ?, ?, 0, ?, ?, ?,""" + sql.nextJobNumber() + ")",
                job.id(), job.tenant(), job.program().language(), job.submittedAt().toEpochMilli(),
                job.deadline().toEpochMilli(), Rows.text(entry.labels()), batchId, position);
        Outbox.add(sql, job.id(), entry.body(), job.submittedAt());
        addWebhook(sql, job.id(), job.tenant(), entry.webhook());
        Labels.add(sql, job.tenant(), job.id(), entry.labels());
    }

    private static void addWebhook(Sql sql, String ownerId, String tenant, Optional<NewWebhook> webhook)
            throws SQLException {
        if (webhook.isEmpty()) {
            return;
        }
        if (webhook.get().ofTenant()) {
            sql.update("""
                    INSERT INTO webhooks (owner_id, tenant, url, secrets, by_default)
                    SELECT ?, tenant, '', ?, 1 FROM tenants
                    WHERE tenant = ? AND webhook_url IS NOT NULL AND webhook_disabled_at IS NULL
                    """, ownerId, webhook.get().secrets(), tenant);
        } else {
            sql.update("INSERT INTO webhooks (owner_id, tenant, url, secrets) VALUES (?, ?, ?, ?)", ownerId, tenant,
                    webhook.get().url(), webhook.get().secrets());
        }
    }
}
