package dev.penstock.gateway.store;

import java.sql.SQLException;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The counts that a transaction changes: each tenant's open jobs, and runs that ended. They are written last and in
 * order, so that writers hold these much wanted rows for the commit only and never wait for each other in a circle.
 */
final class Tally {
    /** The length of a row of {@code service}. */
    static final long SERVICE_ROW_MS = 10_000;

    private final Map<String, Change> openJobs = new TreeMap<>();
    private final Map<Long, Long> served = new TreeMap<>();

    private static final class Change {
        /** As the transaction first saw it; {@code null} before it looked. */
        private @Nullable Long found;
        private long jobs;
        private long most = TenantLimits.UNLIMITED;
    }

    /** Another writer took the places that were free when this transaction looked: run it again. */
    static final class QuotaTakenException extends SQLException {
        private static final long serialVersionUID = 1L;

        QuotaTakenException() {
            super("the tenant's last places for open jobs were taken meanwhile");
        }
    }

    /** How many open jobs the tenant has, with those of this transaction. */
    long openJobs(Sql sql, String tenant) throws SQLException {
        Change change = openJobs.computeIfAbsent(tenant, _ -> new Change());
        if (change.found == null) {
            change.found = sql.first("SELECT jobs FROM open_jobs WHERE tenant = ?", row -> row.getLong(1), tenant)
                    .orElse(0L);
        }
        return change.found + change.jobs;
    }

    /**
     * Adds open jobs.
     *
     * @return how many the tenant has then; empty, and nothing is added, if that would be more than it may have
     */
    OptionalLong tryOpen(Sql sql, String tenant, int jobs, long most) throws SQLException {
        long after = openJobs(sql, tenant) + jobs;
        if (after > most) {
            return OptionalLong.empty();
        }
        Change change = openJobs.computeIfAbsent(tenant, _ -> new Change());
        change.jobs += jobs;
        change.most = Math.min(change.most, most);
        return OptionalLong.of(after);
    }

    void ended(String tenant) {
        openJobs.computeIfAbsent(tenant, _ -> new Change()).jobs--;
    }

    /** A run ended at that time, milliseconds. */
    void served(long at) {
        served.merge(at - Math.floorMod(at, SERVICE_ROW_MS), 1L, Long::sum);
    }

    /** Writes the changes down; to be followed by the commit. */
    void flush(Sql sql) throws SQLException {
        for (Map.Entry<String, Change> entry : openJobs.entrySet()) {
            long jobs = entry.getValue().jobs;
            long most = jobs > 0 ? entry.getValue().most : TenantLimits.UNLIMITED;
            int rows = jobs == 0 ? 1 : sql.update("""
                    INSERT INTO open_jobs (tenant, jobs) VALUES (?, ?)
                    ON CONFLICT (tenant) DO UPDATE SET jobs = open_jobs.jobs + excluded.jobs
                    WHERE open_jobs.jobs + excluded.jobs <= ?
                    """, entry.getKey(), jobs, most);
            if (rows == 0) {
                throw new QuotaTakenException();
            }
        }
        for (Map.Entry<Long, Long> entry : served.entrySet()) {
            sql.update("""
                    INSERT INTO service (starts_at, served) VALUES (?, ?)
                    ON CONFLICT (starts_at) DO UPDATE SET served = service.served + excluded.served
                    """, entry.getKey(), entry.getValue());
        }
        clear();
    }

    void clear() {
        openJobs.clear();
        served.clear();
    }
}
