package dev.penstock.gateway.store;

import io.vertx.core.Future;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalDouble;

/** Measures the backlog, at a cost that doesn't grow with the jobs stored. */
public final class BacklogStore {
    /** A rate is never older. */
    private static final long OLDEST_MS = Duration.ofMinutes(15).toMillis();
    /** So many rows make a rate, and more until so many runs are in it. */
    private static final int ENOUGH_ROWS = 6;
    private static final int ENOUGH_RUNS = 20;

    private final Database database;

    public BacklogStore(Database database) {
        this.database = database;
    }

    /** One tenant's open jobs. */
    public record OfTenant(long queued, long running) {
    }

    /** Looks at the backlog and notes how many jobs wait; to be called every few seconds. */
    public Future<Backlog> measure(Instant now) {
        return database.writer().submit(sql -> {
            long open = number(sql, "SELECT COALESCE(SUM(jobs), 0) FROM open_jobs");
            long running = number(sql, "SELECT COUNT(*) FROM jobs WHERE status = 'running'");
            long queued = Math.max(0, open - running);
            note(sql, now, open, queued);
            List<Row> rows = rows(sql, now);
            return new Backlog(now, queued, running, number(sql, sql.lastJobNumber()), rate(rows),
                    standstill(rows, now), WorkerStore.alive(sql, now).workers());
        });
    }

    public Future<OfTenant> of(String tenant) {
        return database.readers().submit(sql -> {
            long open = sql.tally().openJobs(sql, tenant);
            long running = sql.first("SELECT COUNT(*) FROM jobs WHERE status = 'running' AND tenant = ?",
                    row -> row.getLong(1), tenant).orElse(0L);
            return new OfTenant(Math.max(0, open - running), running);
        });
    }

    /** Forgets what is of no use any more. */
    public Future<Void> forget(Instant now) {
        return database.writer().submit(sql -> {
            sql.update("DELETE FROM open_jobs WHERE jobs = 0");
            return sql.update("DELETE FROM service WHERE starts_at < ?", now.toEpochMilli() - 2 * OLDEST_MS);
        }).mapEmpty();
    }

    /** While nothing is open nothing is written, unless it ends a time in which jobs waited. */
    private static void note(Sql sql, Instant now, long open, long queued) throws SQLException {
        long row = now.toEpochMilli() - Math.floorMod(now.toEpochMilli(), Tally.SERVICE_ROW_MS);
        if (open == 0) {
            sql.update("UPDATE service SET least_queued = 0 WHERE starts_at = ?", row);
        } else {
            sql.update("""
                    INSERT INTO service (starts_at, served, least_queued) VALUES (?, 0, ?)
                    ON CONFLICT (starts_at) DO UPDATE SET least_queued =
                        CASE WHEN service.least_queued < excluded.least_queued THEN service.least_queued
                            ELSE excluded.least_queued END
                    """, row, queued);
        }
    }

    /** A row of {@code service}. */
    private record Row(long startsAt, long served, boolean busy) {
        boolean follows(Row earlier) {
            return earlier.busy && earlier.startsAt == startsAt - Tally.SERVICE_ROW_MS;
        }
    }

    private static List<Row> rows(Sql sql, Instant now) throws SQLException {
        return sql.query("""
                SELECT starts_at, served, least_queued FROM service
                WHERE starts_at > ? AND starts_at <= ? ORDER BY starts_at DESC
                """, row -> new Row(row.getLong(1), row.getLong(2), row.getLong(3) > 0),
                now.toEpochMilli() - OLDEST_MS, now.toEpochMilli() - Tally.SERVICE_ROW_MS);
    }

    /** The first row of a busy time may have begun idle, and the newest goes on: neither tells a rate. */
    private static OptionalDouble rate(List<Row> rows) {
        long runs = 0;
        int counted = 0;
        for (int i = 0; i + 1 < rows.size() && (counted < ENOUGH_ROWS || runs < ENOUGH_RUNS); i++) {
            Row row = rows.get(i);
            if (row.busy() && row.follows(rows.get(i + 1))) {
                runs += row.served();
                counted++;
            }
        }
        return runs == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(runs * 1_000.0 / (counted * Tally.SERVICE_ROW_MS));
    }

    /** Rows without a run tell no rate, but that there was none: all up to now, but for the first as above. */
    private static Duration standstill(List<Row> rows, Instant now) {
        long next = now.toEpochMilli() - Math.floorMod(now.toEpochMilli(), Tally.SERVICE_ROW_MS);
        int idle = 0;
        for (Row row : rows) {
            next -= Tally.SERVICE_ROW_MS;
            if (row.startsAt() != next || !row.busy() || row.served() > 0) {
                break;
            }
            idle++;
        }
        return Duration.ofMillis(Math.max(0, idle - 1) * Tally.SERVICE_ROW_MS);
    }

    private static long number(Sql sql, String query) throws SQLException {
        return sql.first(query, row -> row.getLong(1)).orElse(0L);
    }
}
