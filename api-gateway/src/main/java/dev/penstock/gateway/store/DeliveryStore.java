package dev.penstock.gateway.store;

import dev.penstock.gateway.store.Delivery.Attempt;
import dev.penstock.gateway.store.Delivery.State;
import io.vertx.core.Future;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Webhook deliveries and the log of their attempts. {@link Endings} makes them. */
public final class DeliveryStore {
    private static final String COLUMNS = """
            SELECT d.id, d.owner_id, w.tenant, d.state, d.attempts, d.tries, d.due_at, d.created_at,
                CASE WHEN w.by_default = 0 THEN w.url ELSE t.webhook_url END AS url,
                CASE WHEN w.by_default = 0 THEN w.secrets ELSE t.webhook_secrets END AS secrets
            FROM deliveries d JOIN webhooks w ON w.owner_id = d.owner_id
            LEFT JOIN tenants t ON t.tenant = w.tenant AND t.webhook_disabled_at IS NULL
            """;

    private final Database database;

    public DeliveryStore(Database database) {
        this.database = database;
    }

    /** The delivery without its log. */
    public Future<Optional<Delivery>> find(String id) {
        return database.readers()
                .submit(sql -> sql.first(COLUMNS + "WHERE d.id = ?", row -> delivery(row, List.of()), id));
    }

    /** The deliveries of the tenant's job or batch, with their logs; empty if it has no such job or batch. */
    public Future<Optional<List<Delivery>>> of(String tenant, String ownerId) {
        return database.readers().submit(sql -> {
            if (!owns(sql, tenant, ownerId)) {
                return Optional.empty();
            }
            List<Delivery> bare = sql.query(COLUMNS + "WHERE d.owner_id = ? AND w.tenant = ? ORDER BY d.id",
                    row -> delivery(row, List.of()), ownerId, tenant);
            List<Delivery> full = new ArrayList<>();
            for (Delivery delivery : bare) {
                full.add(withLog(sql, delivery));
            }
            return Optional.of(full);
        });
    }

    private static boolean owns(Sql sql, String tenant, String ownerId) throws SQLException {
        return sql.first("""
                SELECT 1 FROM jobs WHERE id = ? AND tenant = ?
                UNION ALL
                SELECT 1 FROM batches WHERE id = ? AND tenant = ?
                """, _ -> true, ownerId, tenant, ownerId, tenant).isPresent();
    }

    /** Pending deliveries whose attempt should have been made by that time, as ids. */
    public Future<List<String>> dueBefore(Instant time, int limit) {
        return database.readers()
                .submit(sql -> sql.query(
                        "SELECT id FROM deliveries WHERE state = 'pending' AND due_at < ? ORDER BY due_at LIMIT ?",
                        row -> row.getString(1), time.toEpochMilli(), limit));
    }

    /** Writes down an attempt and what follows from it; ignored if the same attempt was written down before. */
    public Future<Boolean> attempted(String id, Attempt attempt, State next, Instant dueAt) {
        return database.writer().submit(sql -> {
            int news = sql.update("""
                    UPDATE deliveries SET state = ?, attempts = ?, tries = tries + 1, due_at = ?
                    WHERE id = ? AND attempts = ? AND state = 'pending'
                    """, Rows.name(next), attempt.attempt(), dueAt.toEpochMilli(), id, attempt.attempt() - 1);
            if (news == 1) {
                sql.update("""
                        INSERT INTO delivery_attempts (delivery_id, attempt, at, duration_ms, http_status, error)
                        VALUES (?, ?, ?, ?, ?, ?)
                        """, id, attempt.attempt(), attempt.at().toEpochMilli(), attempt.durationMs(), attempt.status(),
                        attempt.error());
            }
            if (news == 1 && next == State.STOPPED) {
                disableDefault(sql, id, attempt.at());
            }
            return news == 1;
        });
    }

    /** There is nowhere to deliver to any more: makes no further attempt, until a replay. */
    public Future<Void> stop(String id) {
        return database.writer()
                .submit(sql -> sql.update("UPDATE deliveries SET state = 'stopped' WHERE id = ? AND state = 'pending'",
                        id))
                .mapEmpty();
    }

    /** Puts a pending delivery off without an attempt. */
    public Future<Void> postpone(String id, Instant dueAt) {
        return database.writer()
                .submit(sql -> sql.update("UPDATE deliveries SET due_at = ? WHERE id = ? AND state = 'pending'",
                        dueAt.toEpochMilli(), id))
                .mapEmpty();
    }

    /** Starts a new round of tries of the tenant's delivery; whether there is such a one. */
    public Future<Boolean> replay(String tenant, String ownerId, String id, Instant now) {
        return database.writer().submit(sql -> sql.update("""
                UPDATE deliveries SET state = 'pending', tries = 0, due_at = ?
                WHERE id = ? AND owner_id = ?
                    AND EXISTS (SELECT 1 FROM webhooks w WHERE w.owner_id = deliveries.owner_id AND w.tenant = ?)
                """, now.toEpochMilli(), id, ownerId, tenant) == 1);
    }

    /** A receiver that wants no more is sent nothing more, if it is the tenant's default. */
    private static void disableDefault(Sql sql, String deliveryId, Instant at) throws SQLException {
        sql.update("""
                UPDATE tenants SET webhook_disabled_at = ?
                WHERE webhook_disabled_at IS NULL AND tenant IN (
                    SELECT w.tenant FROM deliveries d JOIN webhooks w ON w.owner_id = d.owner_id
                    WHERE d.id = ? AND w.by_default = 1)
                """, at.toEpochMilli(), deliveryId);
    }

    private static Delivery withLog(Sql sql, Delivery bare) throws SQLException {
        List<Attempt> log = sql.query("""
                SELECT attempt, at, duration_ms, http_status, error FROM delivery_attempts
                WHERE delivery_id = ? ORDER BY attempt
                """, DeliveryStore::attempt, bare.id());
        return new Delivery(bare.id(), bare.ownerId(), bare.tenant(), bare.state(), bare.attempts(), bare.tries(),
                bare.dueAt(), bare.createdAt(), bare.url(), bare.secrets(), log);
    }

    private static Delivery delivery(ResultSet row, List<Attempt> log) throws SQLException {
        return new Delivery(row.getString("id"), row.getString("owner_id"), row.getString("tenant"),
                State.of(row.getString("state")), row.getInt("attempts"), row.getInt("tries"),
                Instant.ofEpochMilli(row.getLong("due_at")), Instant.ofEpochMilli(row.getLong("created_at")),
                Optional.ofNullable(row.getString("url")),
                Objects.requireNonNullElse(row.getBytes("secrets"), new byte[0]), log);
    }

    private static Attempt attempt(ResultSet row) throws SQLException {
        int status = row.getInt("http_status");
        Integer answered = row.wasNull() ? null : Integer.valueOf(status);
        return new Attempt(row.getInt("attempt"), Instant.ofEpochMilli(row.getLong("at")), row.getLong("duration_ms"),
                answered, row.getString("error"));
    }
}
