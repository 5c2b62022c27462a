package dev.penstock.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.contracts.Reply;
import dev.penstock.contracts.Status;
import dev.penstock.worker.events.WorkerEvents;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What may happen to a worker while its jobs run: it is drained, loses its broker, is told of cancellations. It has its
 * slots from the ledger, but where the broker is to forget all.
 */
class WorkerInterruptionsTest {
    private static final Duration LOCK = Duration.ofSeconds(5);
    private final Vertx vertx = Vertx.vertx();

    private final TestBus bus = TestBus.start(0, LOCK);
    private final StubPool pool = StubPool.start(vertx);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @BeforeAll
    static void patience() {
        Awaitility.setDefaultTimeout(Duration.ofMinutes(1));
    }

    @AfterEach
    void close() {
        pool.close();
        bus.close();
        vertx.close().await();
    }

    @Test
    void aJobThatOutlivesItsLockSeveralTimesStillRunsOnce() {
        bus.close();
        try (TestBus shortLocks = TestBus.start(0, Duration.ofSeconds(1));
                Worker _ = worker(shortLocks, "PENSTOCK_JOB_LOCK", "1s")) {
            pool.hold();
            shortLocks.send(Jobs.job("job-1", "x"));
            await().until(() -> pool.waiting() == 1);
            await().during(Duration.ofSeconds(3)).until(() -> shortLocks.jobCounts().locked() == 1);
            pool.letGo();
            await().until(() -> shortLocks.finished().size() == 1 && shortLocks.jobsEmpty());
        }
        assertThat(pool.executed()).containsExactly("job-1");
    }

    @Test
    void aCancelledJobThatRunsIsStoppedAndSaysNothing() {
        pool.takes(Duration.ofHours(1));
        try (Worker _ = worker("PENSTOCK_CANCEL_INTERVAL", "1s")) {
            bus.send(Jobs.job("job-1", "x"));
            await().until(() -> pool.executed().contains("job-1") && pool.live() == 1);
            Set<String> cancelled = pool.liveSessions();
            // Its session ends before another job does that takes two seconds.
            pool.takes(Duration.ofSeconds(2));
            bus.send(Jobs.job("job-2", "x"));
            await().until(() -> pool.executed().contains("job-2"));
            bus.cancel("job-1");
            await().until(() -> !bus.finished().isEmpty());
            assertThat(pool.liveSessions()).doesNotContainAnyElementsOf(cancelled);
            await().until(() -> bus.jobsEmpty() && pool.live() == 0);
        }
        assertThat(bus.finished()).extracting(Reply.Finished::jobId).containsExactly("job-2");
    }

    @Test
    void aCancelledJobThatWaitsIsNotRun() {
        pool.hold();
        try (Worker _ = worker("PENSTOCK_POOL_MAX_SESSIONS", "2")) {
            bus.send(Jobs.job("job-0", "x"));
            await().until(() -> pool.waiting() == 1);
            bus.send(Jobs.job("job-1", "x"));
            bus.cancel("job-1");
            // Told of in this order: by the time the running job is stopped, the other's cancellation is known.
            bus.cancel("job-0");
            await().until(() -> bus.jobsEmpty());
            pool.letGo();
            bus.send(Jobs.job("job-2", "x"));
            await().until(() -> bus.finished().size() == 1);
        }
        assertThat(pool.executed()).containsExactly("job-0", "job-2");
    }

    @Test
    void aDrainLetsRunningJobsEndAndTakesNoMore() {
        pool.hold();
        Worker worker = worker("PENSTOCK_POOL_MAX_SESSIONS", "2");
        bus.send(Jobs.job("job-1", "x"));
        await().until(() -> pool.waiting() == 1);
        bus.send(Jobs.job("job-2", "x"));
        var drained = CompletableFuture.supplyAsync(() -> worker.drain(Duration.ofMinutes(1)));
        await().until(() -> meters.get("penstock.worker.drains").counter().count() == 1);
        pool.letGo();

        assertThat(drained.join()).isTrue();
        await().until(() -> bus.finished().size() == 1);
        assertThat(bus.finished()).extracting(Reply.Finished::jobId).containsExactly("job-1");
        assertThat(bus.jobCounts().active()).isEqualTo(1);
        assertThat(bus.jobCounts().locked()).isZero();
        assertThat(pool.live()).isZero();
        try (Worker _ = worker()) {
            await().until(() -> bus.finished().size() == 2);
        }
    }

    @Test
    void aDrainThatRunsOutOfTimeSendsItsJobBackAndSaysSo() {
        pool.hold();
        Worker worker = worker();
        bus.send(Jobs.job("job-1", "x"));
        await().until(() -> pool.waiting() == 1);

        assertThat(worker.drain(Duration.ofMillis(50))).isFalse();
        assertThat(pool.live()).isZero();
        pool.letGo();
        try (Worker _ = worker()) {
            await().until(() -> bus.finished().size() == 1);
        }
        assertThat(bus.finished().getFirst().status()).isEqualTo(Status.SUCCEEDED);
        assertThat(bus.finished().getFirst().attempt()).as("not charged").isEqualTo(1);
        assertThat(bus.jobsEmpty()).isTrue();
    }

    @Test
    void aDrainThatIsHurriedSendsItsJobBackAndSaysSo() {
        pool.hold();
        Worker worker = worker();
        bus.send(Jobs.job("job-1", "x"));
        await().until(() -> pool.waiting() == 1);
        var drained = CompletableFuture.supplyAsync(() -> worker.drain(Duration.ofHours(1)));
        await().until(() -> meters.get("penstock.worker.drains").counter().count() == 1);
        worker.hurry();

        assertThat(drained.join()).isFalse();
        assertThat(pool.live()).isZero();
        await().until(() -> bus.all(Reply.Progressed.class).stream().anyMatch(event -> event.requeues() == 1));
        assertThat(bus.jobCounts().locked()).isZero();
        assertThat(bus.finished()).isEmpty();
    }

    @Test
    void aWorkerThatIsToldToHurryFirstWaitsForNothingWhenItDrains() {
        Worker worker = worker();
        worker.hurry();
        assertThat(worker.drain(Duration.ofHours(1))).as("there was nothing to wait for").isTrue();
    }

    @Test
    void aMessageThatComesDuringADrainGoesBackUncharged() {
        Worker worker = worker("PENSTOCK_POOL_MAX_SESSIONS", "3");
        pool.hold();
        bus.send(Jobs.job("job-1", "x"));
        await().until(() -> pool.waiting() == 1);
        // The second slot's credit is out; the drain can't take it back.
        var drained = CompletableFuture.supplyAsync(() -> worker.drain(Duration.ofMinutes(1)));
        await().until(() -> meters.get("penstock.worker.drains").counter().count() == 1);
        bus.send(Jobs.job("job-2", "x"));
        await().until(() -> bus.all(Reply.Progressed.class)
                .stream()
                .anyMatch(event -> event.jobId().equals("job-2") && event.phase() == Reply.Phase.QUEUED));
        pool.letGo();

        assertThat(drained.join()).isTrue();
        try (Worker _ = worker()) {
            await().until(() -> bus.finished().size() == 2);
        }
        assertThat(bus.finished()).allMatch(reply -> reply.attempt() == 1);
    }

    @Test
    void aWorkerOutlivesItsBroker() {
        try (Worker _ = worker("PENSTOCK_SLOTS", "2")) {
            bus.send(Jobs.job("job-1", "x"));
            await().until(() -> bus.finished().size() == 1);
            int port = bus.port();
            bus.close();
            try (TestBus next = TestBus.start(port, LOCK)) {
                next.send(Jobs.job("job-2", "x"));
                await().until(() -> next.finished().size() == 1);
            }
        }
    }

    /** It may run again elsewhere, but that costs another run; the store keeps whichever result comes first. */
    @Test
    void aResultIsToldThoughTheLockOfItsMessageIsGone() {
        pool.hold();
        try (Worker _ = worker("PENSTOCK_SLOTS", "2")) {
            bus.send(Jobs.job("job-1", "x"));
            await().until(() -> pool.waiting() == 1);
            int port = bus.port();
            bus.close();
            try (TestBus next = TestBus.start(port, LOCK)) {
                await().until(() -> meters.counter("penstock.worker.locks_lost").count() == 1);
                pool.letGo();
                await().until(() -> next.finished().size() == 1);
            }
        }
    }

    private Worker worker(String... overrides) {
        return worker(bus, overrides);
    }

    private Worker worker(TestBus on, String... overrides) {
        List<String> all = new ArrayList<>(List.of("PENSTOCK_SLOTS", "", "PENSTOCK_POOL_MAX_SESSIONS", "3"));
        all.addAll(List.of(overrides));
        return Worker.start(vertx, Configs.config(pool.endpoint(), on.connectionString(), all.toArray(String[]::new)),
                new WorkerEvents(meters));
    }
}
