package dev.penstock.gateway.store;

import java.time.Instant;

/** Puts a history of busy times into a store, for tests that want a known service rate. */
public final class ServedBefore {
    private static final int ROWS = 7;

    private ServedBefore() {}

    /** In the last rows before now that many were served each second while others waited. Blocks. */
    public static void write(Database database, Instant now, double perSecond) {
        long row = now.toEpochMilli() - Math.floorMod(now.toEpochMilli(), Tally.SERVICE_ROW_MS);
        database.writer().submit(sql -> {
            // Whole runs over all rows that count; the oldest doesn't.
            long runs = Math.round(perSecond * (ROWS - 1) * Tally.SERVICE_ROW_MS / 1_000);
            for (int i = 1; i <= ROWS; i++) {
                sql.update("INSERT INTO service (starts_at, served, least_queued) VALUES (?, ?, 1)",
                        row - i * Tally.SERVICE_ROW_MS, i == 1 ? runs : 0);
            }
            return ROWS;
        }).await();
    }
}
