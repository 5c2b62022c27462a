package dev.penstock.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.contracts.Reply;
import dev.penstock.gateway.store.WorkerStore.Alive;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Workers are believed for as long as they say, on a clock of the test's own. */
@ParameterizedClass
@EnumSource(TestStore.class)
class WorkerStoreTest {
    private static final Instant NOON = Instant.parse("2030-01-01T12:00:00Z");
    private static final Duration BELIEF = Duration.ofSeconds(30);

    private final TestStore kind;

    @TempDir
    private Path folder;

    private final Vertx vertx = Vertx.vertx();
    private Database database;
    private WorkerStore workers;

    WorkerStoreTest(TestStore kind) {
        this.kind = kind;
    }

    @BeforeEach
    void open() {
        database = Database.open(kind.fresh(folder), vertx.getOrCreateContext());
        workers = new WorkerStore(database);
    }

    @AfterEach
    void close() throws InterruptedException {
        database.close();
        vertx.close().await();
    }

    @Test
    void those_that_fell_silent_are_counted_no_more() {
        assertThat(alive(NOON)).isEqualTo(new Alive(0, 0));
        hear("worker-1", 3, NOON, NOON);
        hear("worker-2", 4, NOON, NOON.plusSeconds(20));
        assertThat(alive(NOON.plusSeconds(29))).isEqualTo(new Alive(2, 7));
        assertThat(alive(NOON.plusSeconds(30))).isEqualTo(new Alive(1, 4));
        assertThat(alive(NOON.plusSeconds(50))).isEqualTo(new Alive(0, 0));
    }

    /** Replies come in any order, and a worker's clock may be wrong by years. */
    @Test
    void what_a_worker_said_last_counts_whatever_its_clock_says() {
        Instant itsClock = Instant.parse("1999-12-31T23:00:00Z");
        hear("worker-1", 3, itsClock.plusSeconds(2), NOON);
        hear("worker-1", 9, itsClock, NOON);
        assertThat(alive(NOON)).isEqualTo(new Alive(1, 3));
        hear("worker-1", 2, itsClock.plusSeconds(3), NOON.plusSeconds(10));
        assertThat(alive(NOON.plusSeconds(39))).isEqualTo(new Alive(1, 2));
    }

    @Test
    void one_that_left_stays_away_though_older_word_comes_later() {
        hear("worker-1", 3, NOON, NOON);
        workers.note(new Reply.WorkerAnnounced(1, "worker-1", 0, 0, NOON.plusSeconds(2)), NOON.plusSeconds(2),
                NOON.plusSeconds(2)).await();
        hear("worker-1", 3, NOON.plusSeconds(1), NOON.plusSeconds(3));
        assertThat(alive(NOON.plusSeconds(4))).isEqualTo(new Alive(0, 0));
    }

    private void hear(String worker, int slots, Instant saidAt, Instant heardAt) {
        workers.note(new Reply.WorkerAnnounced(1, worker, slots, BELIEF.toMillis(), saidAt), heardAt,
                heardAt.plus(BELIEF)).await();
    }

    private Alive alive(Instant at) {
        return workers.alive(at).await();
    }
}
