package dev.penstock.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.contracts.Status;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteJobStoreTest extends JobStoreTest {
    @TempDir
    Path folder;

    @Override
    StoreAddress address() {
        return new StoreAddress.SqliteFile(folder.resolve("jobs.db"));
    }

    /** How many jobs there are then doesn't matter. */
    @Test
    void every_list_is_read_from_one_index_in_its_order() {
        JobFilter.Label label = new JobFilter.Label("course", "cs101");

        assertThat(plan(Optional.empty(), Optional.empty())).contains("(tenant=? AND id>? AND id<?)");
        assertThat(plan(Optional.of(Status.RUNNING), Optional.empty()))
                .contains("(tenant=? AND status=? AND id>? AND id<?)");
        assertThat(plan(Optional.empty(), Optional.of(label)))
                .contains("(tenant=? AND name=? AND value=? AND job_id>? AND job_id<?)");
        assertThat(plan(Optional.of(Status.FAILED), Optional.of(label)))
                .contains("(tenant=? AND name=? AND value=? AND status=? AND job_id>? AND job_id<?)");
    }

    private String plan(Optional<Status> status, Optional<JobFilter.Label> label) {
        JobFilter filter = new JobFilter(status, label, "job_", "job_~");
        List<String> steps = database.readers().submit(sql -> {
            JobReader.Page page = JobReader.Page.of(sql, "tenant", filter, 10);
            return sql.query("EXPLAIN QUERY PLAN " + page.query(), row -> row.getString("detail"),
                    page.parameters().toArray());
        }).await();
        assertThat(steps).noneMatch(step -> step.contains("SCAN") || step.contains("TEMP B-TREE"));
        return steps.getFirst();
    }

    @Test
    void a_second_gateway_is_refused_with_what_to_do() {
        Vertx vertx = Vertx.vertx();
        assertThatThrownBy(() -> Database.open(address(), vertx.getOrCreateContext()))
                .isInstanceOf(StoreCannotOpenException.class)
                .hasMessageContaining("another gateway")
                .hasMessageContaining("PENSTOCK_STORE");
        vertx.close().await();
    }

    @Test
    void a_log_whose_database_is_gone_is_refused_with_what_to_do() throws Exception {
        Path orphan = folder.resolve("lost.db");
        Files.writeString(folder.resolve("lost.db-wal"), "the last jobs");

        assertRefused(orphan, "lost.db-wal", "restore the file");
        assertThat(orphan).doesNotExist();
    }

    @Test
    void a_damaged_database_is_refused_with_what_to_do() throws Exception {
        insert("job_1");
        database.close();
        Path file = folder.resolve("jobs.db");
        byte[] bytes = Files.readAllBytes(file);
        Arrays.fill(bytes, 100, bytes.length, (byte) 0x5a);
        Files.write(file, bytes);

        assertRefused(file, "jobs.db", "backup");
        Files.delete(file);
        connect();
    }

    @Test
    void the_log_stays_short_although_there_are_always_readers() throws Exception {
        AtomicBoolean reading = new AtomicBoolean(true);
        List<Thread> readers = IntStream.range(0, 8)
                .mapToObj(_ -> Thread.ofVirtual().start(() -> {
                    while (reading.get()) {
                        reader.find("t", "job_0").await();
                    }
                }))
                .toList();
        long longest = 0;
        for (int i = 0; i < 60; i++) {
            List<Future<Insertion>> group = new ArrayList<>();
            for (int j = 0; j < 20; j++) {
                group.add(submissions.insert(withBody("job_" + i + "-" + j, new byte[100_000]), Optional.empty(),
                        TenantLimits.UNLIMITED));
            }
            Future.all(group).await();
            database.tidy();
            longest = Math.max(longest, Files.size(folder.resolve("jobs.db-wal")));
        }
        reading.set(false);
        for (Thread thread : readers) {
            thread.join();
        }
        assertThat(longest).isLessThan(40L << 20);
    }

    @Test
    void nothing_is_accepted_into_a_file_that_was_deleted() throws Exception {
        insert("job_1");
        Files.delete(folder.resolve("jobs.db"));

        assertThatThrownBy(database::tidy).hasMessageContaining("was deleted");
        assertThatThrownBy(() -> insert("job_2")).isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("restore the file");
    }

    @Test
    void a_commit_is_on_the_disk_before_it_counts() {
        assertThat(pragma("synchronous")).isEqualTo("2");
        assertThat(pragma("journal_mode")).isEqualTo("wal");
    }

    @Test
    void a_command_that_writes_beside_the_gateway_is_waited_for() throws Exception {
        Future<Insertion> waiting;
        try (Connection beside = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("jobs.db"));
                Statement statement = beside.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            waiting = submissions.insert(withBody("job_1", new byte[0]), Optional.empty(), TenantLimits.UNLIMITED);
            assertThat(reader.find("t", "job_1").await()).as("readers need not wait").isEmpty();
            statement.execute("COMMIT");
        }
        waiting.await();
        assertThat(reader.find("t", "job_1").await()).isPresent();
    }

    private String pragma(String name) {
        return database.writer()
                .submit(sql -> sql.first("PRAGMA " + name, row -> row.getString(1)).orElse(""))
                .await();
    }

    private static void assertRefused(Path file, String... words) {
        Vertx vertx = Vertx.vertx();
        assertThatThrownBy(() -> Database.open(new StoreAddress.SqliteFile(file), vertx.getOrCreateContext()))
                .isInstanceOf(StoreCannotOpenException.class)
                .hasMessageContainingAll(words);
        vertx.close().await();
    }

    @Test
    void a_file_that_is_no_database_is_refused_and_left_alone() throws Exception {
        Path foreign = Files.writeString(folder.resolve("notes.txt"), "dear diary, ".repeat(500));
        Vertx vertx = Vertx.vertx();

        assertThatThrownBy(() -> Database.open(new StoreAddress.SqliteFile(foreign), vertx.getOrCreateContext()))
                .isInstanceOf(StoreCannotOpenException.class)
                .hasMessageContaining("notes.txt");
        assertThat(foreign).content().startsWith("dear diary");
        vertx.close().await();
    }
}
