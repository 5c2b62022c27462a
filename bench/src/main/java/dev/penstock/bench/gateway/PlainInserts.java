package dev.penstock.bench.gateway;

import dev.penstock.gateway.jobs.JobIds;
import dev.penstock.gateway.store.Database;
import dev.penstock.gateway.store.StoreAddress;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import org.sqlite.SQLiteConfig;

/**
 * The rows of a submit in a loop of plain inserts: a job, its message in the outbox, and the tenant's count of open jobs
 * once a transaction. The tables and indexes are a gateway's, and so is the durability.
 */
final class PlainInserts implements AutoCloseable {
    private static final long DAY_MS = Duration.ofDays(1).toMillis();

    private final Connection connection;
    private final PreparedStatement job;
    private final PreparedStatement outbox;
    private final PreparedStatement count;
    private final byte[] body = Submitters.submission().getBytes(StandardCharsets.UTF_8);

    PlainInserts(Path file) throws SQLException, InterruptedException {
        makeTables(file);
        connection = DriverManager.getConnection("jdbc:sqlite:" + file, settings().toProperties());
        connection.setAutoCommit(false);
        job = connection.prepareStatement("""
                INSERT INTO jobs (id, tenant, language, status, attempt, requeues, resends, deliveries, phase,
                    submitted_at, deadline, repeated_results, number)
                VALUES (?, 'default', 'python', 'queued', 1, 0, 0, 0, 0, ?, ?, 0, ?)
                """);
        outbox = connection.prepareStatement("INSERT INTO outbox (job_id, body, stored_at) VALUES (?, ?, ?)");
        count = connection.prepareStatement("""
                INSERT INTO open_jobs (tenant, jobs) VALUES ('default', ?)
                ON CONFLICT (tenant) DO UPDATE SET jobs = open_jobs.jobs + excluded.jobs
                """);
    }

    private static SQLiteConfig settings() {
        SQLiteConfig settings = new SQLiteConfig();
        settings.setJournalMode(SQLiteConfig.JournalMode.WAL);
        settings.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        settings.setGetGeneratedKeys(false);
        return settings;
    }

    private static void makeTables(Path file) throws InterruptedException {
        Vertx vertx = Vertx.vertx();
        Database.open(new StoreAddress.SqliteFile(file), vertx.getOrCreateContext()).close();
        vertx.close().await();
    }

    /**
     * Inserts for that long; how long each transaction took, per submit in it.
     *
     * @param group
     *            submits in one transaction
     */
    Latencies run(Duration time, int group) throws SQLException {
        Latencies latencies = new Latencies();
        long start = System.nanoTime();
        long now = start;
        while (now - start < time.toNanos()) {
            insert(group);
            long committed = System.nanoTime();
            for (int i = 0; i < group; i++) {
                latencies.add(committed - now);
            }
            now = committed;
        }
        latencies.lasted(Duration.ofNanos(now - start));
        return latencies;
    }

    private void insert(int group) throws SQLException {
        for (int i = 0; i < group; i++) {
            Instant now = Instant.now();
            long at = now.toEpochMilli();
            String id = JobIds.next(now);
            job.setString(1, id);
            job.setLong(2, at);
            job.setLong(3, at + DAY_MS);
            job.setLong(4, i);
            job.executeUpdate();
            outbox.setString(1, id);
            outbox.setBytes(2, body);
            outbox.setLong(3, at);
            outbox.executeUpdate();
        }
        count.setLong(1, group);
        count.executeUpdate();
        connection.commit();
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
