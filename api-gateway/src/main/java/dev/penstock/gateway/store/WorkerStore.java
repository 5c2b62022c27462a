package dev.penstock.gateway.store;

import dev.penstock.contracts.Reply;
import io.vertx.core.Future;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;

/** Which workers live, as they said themselves; shared by all gateways, each of which hears only some of it. */
public final class WorkerStore {
    /** After its end a worker's farewell outlives anything older that may still come. */
    private static final Duration REMEMBERED = Duration.ofHours(1);

    private final Database database;

    public WorkerStore(Database database) {
        this.database = database;
    }

    /**
     * All workers together.
     *
     * @param slots
     *            how many slots they hold
     */
    public record Alive(long workers, long slots) {
    }

    /** Keeps what a worker says, unless it said something later before. */
    public Future<Void> note(Reply.WorkerAnnounced said, Instant now, Instant believedUntil) {
        return database.writer().submit(sql -> {
            sql.update("DELETE FROM workers WHERE believed_until < ?", now.minus(REMEMBERED).toEpochMilli());
            return sql.update("""
                    INSERT INTO workers (worker, slots, said_at, believed_until) VALUES (?, ?, ?, ?)
                    ON CONFLICT (worker) DO UPDATE SET slots = excluded.slots, said_at = excluded.said_at,
                        believed_until = excluded.believed_until
                    WHERE workers.said_at <= excluded.said_at
                    """, said.worker(), said.slots(), said.at().toEpochMilli(), believedUntil.toEpochMilli());
        }).mapEmpty();
    }

    /** Those that are believed to live at that time. */
    public Future<Alive> alive(Instant now) {
        return database.readers().submit(sql -> alive(sql, now));
    }

    static Alive alive(Sql sql, Instant now) throws SQLException {
        return sql
                .first("SELECT COUNT(*), COALESCE(SUM(slots), 0) FROM workers WHERE believed_until > ?",
                        row -> new Alive(row.getLong(1), row.getLong(2)), now.toEpochMilli())
                .orElseThrow();
    }
}
