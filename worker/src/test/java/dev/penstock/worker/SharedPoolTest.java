package dev.penstock.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.contracts.OnLost;
import dev.penstock.contracts.Status;
import dev.penstock.contracts.TestCase;
import dev.penstock.worker.events.WorkerEvents;
import dev.penstock.worker.pool.ForeignPool;
import dev.penstock.worker.pool.SessionIdentifier;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Several workers that share one pool through the ledger. */
class SharedPoolTest {
    private final Vertx vertx = Vertx.vertx();

    private final TestBus bus = TestBus.start(0, Duration.ofSeconds(5));
    private final StubPool pool = StubPool.start(vertx);

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
    void twoWorkersTogetherNeverUseMoreThanThePoolsMaximumLessTheHeadroom() {
        IntStream.range(0, 60).forEach(i -> bus.send(Jobs.job("job-" + i, "x")));
        try (Worker _ = worker("4"); Worker _ = worker("4")) {
            await().until(() -> bus.finished().size() == 60);
        }
        assertThat(bus.finished()).allMatch(reply -> reply.status() == Status.SUCCEEDED);
        assertThat(pool.executed()).doesNotHaveDuplicates();
        assertThat(pool.peak()).isLessThanOrEqualTo(3);
        assertThat(pool.live()).isZero();
        assertThat(bus.slots()).isEqualTo(3);
    }

    @Test
    void aWorkerThatComesLaterGetsItsTurn() {
        try (Worker early = worker("5", "PENSTOCK_SLOT_ROTATION", "1s")) {
            await().until(() -> early.heldSlots() == 4);
            try (Worker late = worker("5", "PENSTOCK_SLOT_ROTATION", "1s")) {
                await().until(() -> late.heldSlots() >= 1);
            }
        }
    }

    @Test
    void theSlotsOfAWorkerThatLeftAreAllTakenByAnother() {
        Worker first = worker("5");
        await().until(() -> first.heldSlots() == 4);
        try (Worker second = worker("5")) {
            assertThat(first.drain(Duration.ofMinutes(1))).isTrue();
            await().until(() -> second.heldSlots() == 4);
        }
    }

    /** A drain may take as long as a program does; others can use what is free meanwhile. */
    @Test
    void aWorkerThatDrainsLeavesItsFreeSlotsAtOnce() {
        pool.hold();
        Worker first = worker("5");
        await().until(() -> first.heldSlots() == 4);
        bus.send(Jobs.job("job-1", "x"));
        await().until(() -> pool.waiting() == 1);
        var drained = CompletableFuture.supplyAsync(() -> first.drain(Duration.ofMinutes(2)));
        try (Worker second = worker("5")) {
            await().until(() -> second.heldSlots() == 3);
            assertThat(drained).isNotDone();
            assertThat(first.heldSlots()).isEqualTo(1);
            pool.letGo();
            assertThat(drained.join()).isTrue();
            await().until(() -> second.heldSlots() == 4);
        }
        assertThat(bus.finished()).hasSize(1);
    }

    @Test
    void aWorkerThatIsDeniedKeepsOneSlotToTryWith() {
        pool.refuseTokens(Integer.MAX_VALUE);
        try (Worker worker = worker("5")) {
            await().until(() -> worker.heldSlots() == 4);
            bus.send(Jobs.job("job-1", "x"));
            await().until(() -> worker.heldSlots() == 1);
            pool.refuseTokens(0);
            await().until(() -> bus.finished().size() == 1 && worker.heldSlots() == 4);
        }
        assertThat(bus.finished().getFirst().attempt()).isEqualTo(1);
    }

    @Test
    void aWorkerIsNotReadyWhileTheLedgerGivesItNothing() {
        try (Worker worker = worker("5", "PENSTOCK_QUEUE_PREFIX", "absent-")) {
            await().until(() -> worker.objection().filter(why -> why.contains("slot ledger can't be")).isPresent());
        }
        try (Worker worker = worker("5")) {
            await().until(() -> worker.objection().isEmpty());
        }
    }

    @Test
    void slotsAboveASmallerMaximumAreTakenOutOfTheLedger() {
        try (Worker large = worker("6")) {
            await().until(() -> large.heldSlots() == 5);
        }
        try (Worker small = worker("3")) {
            await().until(() -> bus.slots() == 2 && small.heldSlots() == 2);
            IntStream.range(0, 10).forEach(i -> bus.send(Jobs.job("job-" + i, "x")));
            await().until(() -> bus.finished().size() == 10);
        }
        assertThat(pool.peak()).isLessThanOrEqualTo(5);
    }

    @Test
    void sessionsThatNobodyAnswersForAreStopped() {
        pool.leaveBehind(SessionIdentifier.fresh("penstock", 0).value());
        pool.leaveBehind(SessionIdentifier.fresh("penstock", 7).value());
        pool.leaveBehind(SessionIdentifier.fresh("other-deployment", 0).value());
        pool.leaveBehind(SessionIdentifier.fresh("penstock-mine", 0).value());
        pool.leaveBehind(SessionIdentifier.fresh("penstock-another", 0).value());
        try (Worker _ = worker("5");
                Worker _ = worker("5", "PENSTOCK_SLOTS", "1", "PENSTOCK_WORKER_NAME", "mine")) {
            await().until(() -> pool.live() == 2);
        }
        assertThat(pool.liveSessions()).allMatch(left -> left.startsWith("other-") || left.contains("another"));
    }

    /** Each case is a request of its own there, which leaves long after the lease was made sure of for the first one. */
    @Test
    void aJobWhoseTestCasesTakeLongerThanALeaseIsTrustedForRunsOnce() {
        TestCase[] cases = IntStream.range(0, 3)
                .mapToObj(i -> new TestCase("case-" + i, "input " + i, "input " + i))
                .toArray(TestCase[]::new);
        try (ForeignPool adapter = new ForeignPool(vertx);
                Worker _ = worker(adapter.endpoint(), "3", "PENSTOCK_POOL_DIALECT", "legacy-adapter",
                        "PENSTOCK_TAKEOVER_GRACE", "300ms")) {
            adapter.takes(Duration.ofMillis(500));
            bus.send(Jobs.tested("python", OnLost.RETRY, cases));
            await().until(() -> bus.finished().size() == 1);
            assertThat(adapter.asked()).filteredOn(request -> request.endsWith("/execute")).hasSize(cases.length);
        }
        assertThat(bus.finished().getFirst().requeues()).isZero();
        assertThat(Objects.requireNonNull(bus.finished().getFirst().result()).tests()).isNotNull()
                .satisfies(report -> assertThat(report.passed()).isEqualTo(cases.length));
    }

    private Worker worker(String poolMax, String... overrides) {
        return worker(pool.endpoint(), poolMax, overrides);
    }

    private Worker worker(URI endpoint, String poolMax, String... overrides) {
        String[] all = new String[overrides.length + 4];
        System.arraycopy(overrides, 0, all, 4, overrides.length);
        all[0] = "PENSTOCK_SLOTS";
        all[1] = "";
        all[2] = "PENSTOCK_POOL_MAX_SESSIONS";
        all[3] = poolMax;
        return Worker.start(vertx, Configs.config(endpoint, bus.connectionString(), all),
                new WorkerEvents(new SimpleMeterRegistry()));
    }
}
