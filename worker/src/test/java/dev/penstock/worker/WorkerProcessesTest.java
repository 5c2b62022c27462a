package dev.penstock.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.contracts.Reply;
import dev.penstock.contracts.Status;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Real worker processes that share one broker and one pool, and are killed, paused and scaled while jobs run. */
class WorkerProcessesTest {
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final int POOL_MAX = 5;
    private static final int JOBS = 600;

    @Test
    void noJobIsLostAndThePoolNeverOverfullWhileWorkersAreKilledPausedAndScaled() throws Exception {
        Vertx vertx = Vertx.vertx();
        try (TestBus bus = TestBus.start(0, Duration.ofSeconds(10), Duration.ofSeconds(6));
                StubPool pool = StubPool.start(vertx)) {
            pool.takes(Duration.ofMillis(100));
            Map<String, String> environment = environment(bus, pool);
            List<String> ids = IntStream.range(0, JOBS).mapToObj(i -> "job-" + i).toList();
            try (WorkerProcess one = WorkerProcess.start(environment);
                    WorkerProcess two = WorkerProcess.start(environment);
                    WorkerProcess three = WorkerProcess.start(environment)) {
                ids.forEach(id -> bus.send(Jobs.job(id, "x")));
                awaitFinished(bus, 40);

                one.kill();
                awaitFinished(bus, finished(bus) + 40);

                two.pause();
                pool.forgetUse();
                // Each slot is used by somebody who is awake: those of the paused worker have been taken over.
                await().atMost(PATIENCE).until(() -> pool.usedSlots() == POOL_MAX - 1);
                two.goOn();
                try (WorkerProcess four = WorkerProcess.start(environment)) {
                    awaitFinished(bus, finished(bus) + 40);
                    assertThat(three.terminate()).isTrue();
                    awaitFinished(bus, JOBS);
                    await().atMost(PATIENCE).until(bus::jobsEmpty);
                    assertThat(four.terminate()).isTrue();
                }
                assertThat(two.terminate()).isTrue();
            }
            assertThat(bus.finished()).allMatch(reply -> reply.status() == Status.SUCCEEDED);
            assertThat(finishedIds(bus)).containsExactlyInAnyOrderElementsOf(ids);
            assertThat(pool.peak()).isLessThanOrEqualTo(POOL_MAX);
            assertThat(pool.live()).isZero();
            assertThat(bus.slots()).isEqualTo(POOL_MAX - 1);
        } finally {
            vertx.close().await();
        }
    }

    private static void awaitFinished(TestBus bus, int count) {
        await().atMost(PATIENCE).until(() -> finished(bus) >= Math.min(count, JOBS));
    }

    private static int finished(TestBus bus) {
        return finishedIds(bus).size();
    }

    private static Set<String> finishedIds(TestBus bus) {
        Set<String> ids = new HashSet<>();
        bus.finished().stream().map(Reply.Finished::jobId).forEach(ids::add);
        return ids;
    }

    private static Map<String, String> environment(TestBus bus, StubPool pool) {
        Map<String, String> environment = new HashMap<>(
                Configs.environment(pool.endpoint(), bus.connectionString()));
        environment.remove("PENSTOCK_SLOTS");
        environment.putAll(Map.of("PENSTOCK_POOL_MAX_SESSIONS", String.valueOf(POOL_MAX), "PENSTOCK_JOB_LOCK", "10s",
                "PENSTOCK_SLOT_LOCK", "6s", "PENSTOCK_POOL_CONNECT_TIMEOUT", "1s", "PENSTOCK_SLOT_ROTATION", "3s"));
        return environment;
    }
}
