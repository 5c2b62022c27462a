package dev.penstock.gateway.store;

import java.sql.SQLException;
import java.time.Instant;

/** Jobs whose message the broker has not confirmed. A job that has been sent, or has ended, must not be in it. */
final class Outbox {
    private Outbox() {}

    static void add(Sql sql, String jobId, byte[] body, Instant at) throws SQLException {
        sql.update("INSERT INTO outbox (job_id, body, stored_at) VALUES (?, ?, ?)", jobId, body, at.toEpochMilli());
    }

    /** How many rows that were: 0 or 1. */
    static int remove(Sql sql, String jobId) throws SQLException {
        return sql.update("DELETE FROM outbox WHERE job_id = ?", jobId);
    }

    /** Whether the job, or any job of the batch, of that id waits to be sent. */
    static boolean holdsAnyOf(Sql sql, String resourceId) throws SQLException {
        return sql.first("""
                SELECT 1 FROM outbox WHERE job_id = ?
                UNION ALL
                SELECT 1 FROM jobs j JOIN outbox o ON o.job_id = j.id WHERE j.batch_id = ?
                LIMIT 1
                """, row -> true, resourceId, resourceId).isPresent();
    }
}
