package dev.penstock.gateway.store;

import java.sql.SQLException;
import java.util.Map;

/** What finds jobs by their labels, and by these and a status. */
final class Labels {
    private Labels() {}

    /** Of a job that was just stored. */
    static void add(Sql sql, String tenant, String jobId, Map<String, String> labels) throws SQLException {
        for (Map.Entry<String, String> label : labels.entrySet()) {
            sql.update("INSERT INTO job_labels (tenant, name, value, job_id, status) VALUES (?, ?, ?, ?, 'queued')",
                    tenant, label.getKey(), label.getValue(), jobId);
        }
    }

    /** To be called when the job's status has changed. */
    static void follow(Sql sql, String jobId) throws SQLException {
        sql.update("UPDATE job_labels SET status = (SELECT status FROM jobs WHERE id = ?) WHERE job_id = ?", jobId,
                jobId);
    }

    static void remove(Sql sql, String jobId) throws SQLException {
        sql.update("DELETE FROM job_labels WHERE job_id = ?", jobId);
    }
}
