package dev.penstock.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.azure.core.util.BinaryData;
import com.azure.messaging.servicebus.ServiceBusMessage;
import dev.penstock.contracts.Job;
import dev.penstock.contracts.JobError;
import dev.penstock.contracts.LanguageRuntime;
import dev.penstock.contracts.OnLost;
import dev.penstock.contracts.Reply;
import dev.penstock.contracts.Status;
import dev.penstock.worker.events.WorkerEvents;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A worker between a real broker and a stub pool. */
class WorkerTest {
    private final Vertx vertx = Vertx.vertx();

    private final TestBus bus = TestBus.start(0, Duration.ofSeconds(5));
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
    void everyJobRunsOnceAndNeverMoreSessionsLiveThanThereAreSlots() {
        List<String> ids = IntStream.range(0, 40).mapToObj(i -> "job-" + i).toList();
        ids.forEach(id -> bus.send(Jobs.job(id, "print " + id)));
        try (Worker _ = worker()) {
            await().until(() -> bus.finished().size() == ids.size());
        }
        assertThat(bus.finished()).allMatch(reply -> reply.status() == Status.SUCCEEDED)
                .extracting(Reply.Finished::jobId)
                .containsExactlyInAnyOrderElementsOf(ids);
        assertThat(pool.peak()).isLessThanOrEqualTo(2);
        assertThat(pool.live()).isZero();
        assertThat(bus.jobsEmpty()).isTrue();
    }

    @Test
    void aJobIsAnnouncedAsRunningAndThenFinishes() {
        try (Worker _ = worker()) {
            bus.send(Jobs.job("job-1", "print me"));
            await().until(() -> bus.finished().size() == 1);
            await().until(() -> bus.all(Reply.Progressed.class).size() == 1);
        }
        assertThat(bus.all(Reply.Progressed.class)).extracting(Reply.Progressed::phase)
                .containsExactly(Reply.Phase.RUNNING);
        assertThat(Objects.requireNonNull(bus.finished().getFirst().result()).run()).isNotNull()
                .satisfies(run -> assertThat(run.stdout().content()).isEqualTo("print me"));
    }

    @Test
    void whatThePoolCanRunIsAnnouncedAtStart() {
        try (Worker _ = worker()) {
            await().until(() -> !bus.all(Reply.RuntimesAnnounced.class).isEmpty());
        }
        assertThat(bus.all(Reply.RuntimesAnnounced.class).getFirst().runtimes())
                .containsExactly(new LanguageRuntime("python", "3.11.2", List.of()));
    }

    @Test
    void aWorkerTellsThatItLivesWithHowManySlotsAndThatItLeaves() {
        try (Worker _ = worker("PENSTOCK_PRESENCE_INTERVAL", "50ms")) {
            await().until(() -> bus.all(Reply.WorkerAnnounced.class).size() >= 3);
        }
        await().until(() -> bus.all(Reply.WorkerAnnounced.class).stream().anyMatch(WorkerTest::leaves));
        List<Reply.WorkerAnnounced> said = bus.all(Reply.WorkerAnnounced.class);
        assertThat(said).extracting(Reply.WorkerAnnounced::worker).containsOnly(said.getFirst().worker());
        assertThat(said.getFirst().believeForMs()).isEqualTo(150);
        assertThat(said).extracting(Reply.WorkerAnnounced::slots).contains(2);
        // One can overtake another on its way: who reads them goes by their time.
        assertThat(Collections.max(said, Comparator.comparing(Reply.WorkerAnnounced::at))).matches(WorkerTest::leaves);
    }

    private static boolean leaves(Reply.WorkerAnnounced said) {
        return said.believeForMs() == 0;
    }

    @Test
    void aFullPoolDelaysJobsAndChargesNothing() {
        for (int i = 0; i < 20; i++) {
            pool.insteadNext(request -> request.response()
                    .setStatusCode(429)
                    .end("Error happened when allocating pod for identifier x in pool y"));
        }
        try (Worker _ = worker()) {
            IntStream.range(0, 10).forEach(i -> bus.send(Jobs.job("job-" + i, "x")));
            await().until(() -> bus.finished().size() == 10);
        }
        assertThat(bus.finished()).allMatch(reply -> reply.status() == Status.SUCCEEDED)
                .allMatch(reply -> reply.attempt() == 1);
        assertThat(bus.finished().stream().mapToInt(Reply.Finished::requeues).sum()).isEqualTo(20);
        assertThat(meters.get("penstock.worker.pool_full").counter().count()).as("alarms").isEqualTo(20);
        assertThat(bus.jobsEmpty()).isTrue();
    }

    @Test
    void aPoolThatIsFullForTwentyRequeuesHarmsNoJobAndThenTheBacklogDrains() {
        AtomicBoolean full = new AtomicBoolean(true);
        pool.insteadWhile(full::get, request -> request.response().setStatusCode(429).end());
        try (Worker _ = worker("PENSTOCK_REQUEUE_MAX_DELAY", "40ms")) {
            IntStream.range(0, 4).forEach(i -> bus.send(Jobs.job("job-" + i, "x")));
            await().until(() -> bus.all(Reply.Progressed.class).stream().anyMatch(event -> event.requeues() >= 20));
            full.set(false);
            await().until(() -> bus.finished().size() == 4);
        }
        assertThat(bus.finished()).allMatch(reply -> reply.status() == Status.SUCCEEDED)
                .allMatch(reply -> reply.attempt() == 1);
        assertThat(bus.all(Reply.Progressed.class)).allMatch(event -> event.deliveryCount() == 0);
        assertThat(bus.jobsEmpty()).isTrue();
    }

    @Test
    void aWorkerThatIsDeniedSaysSoUntilItIsLetIn() {
        AtomicBoolean denied = new AtomicBoolean(true);
        pool.insteadWhile(denied::get, request -> request.response().setStatusCode(403).end());
        try (Worker worker = worker()) {
            bus.send(Jobs.job("job-1", "x"));
            await().until(() -> worker.objection().filter(reason -> reason.contains("403")).isPresent());
            denied.set(false);
            await().until(() -> bus.finished().size() == 1 && worker.objection().isEmpty());
        }
        assertThat(bus.finished().getFirst().attempt()).isEqualTo(1);
    }

    @Test
    void everyEventOfAJobIsGreaterThanTheOneBefore() {
        pool.insteadNext(request -> request.response().setStatusCode(429).end());
        pool.insteadNext(request -> request.response().setStatusCode(503).end());
        try (Worker _ = worker("PENSTOCK_SLOTS", "1")) {
            bus.send(Jobs.job("job-1", "x"));
            await().until(() -> bus.finished().size() == 1 && bus.all(Reply.Progressed.class).size() == 5);
        }
        assertThat(bus.all(Reply.Progressed.class).stream().map(WorkerTest::rank).sorted().toList())
                .containsExactly("0/0/RUNNING", "1/0/QUEUED", "1/0/RUNNING", "2/0/QUEUED", "2/0/RUNNING");
    }

    @Test
    void aFailureOfThePlatformIsTriedAgain() {
        pool.insteadNext(request -> request.response().setStatusCode(503).end());
        pool.insteadNext(request -> request.connection().close());
        try (Worker _ = worker()) {
            bus.send(Jobs.job("job-1", "x"));
            await().until(() -> bus.finished().size() == 1);
        }
        assertThat(bus.finished().getFirst().status()).isEqualTo(Status.SUCCEEDED);
        assertThat(bus.finished().getFirst().attempt()).isEqualTo(3);
        assertThat(bus.jobsEmpty()).isTrue();
    }

    @Test
    void aJobThatThePlatformFailsTooOftenEndsAndStaysInTheDeadLetterQueue() {
        IntStream.range(0, 3).forEach(_ -> pool.insteadNext(request -> request.response().setStatusCode(502).end()));
        try (Worker _ = worker("PENSTOCK_MAX_ATTEMPTS", "3")) {
            bus.send(Jobs.job("job-1", "x"));
            await().until(() -> bus.finished().size() == 1);
            await().until(() -> bus.jobCounts().deadLettered() == 1);
        }
        assertThat(bus.finished().getFirst().error()).isEqualTo(
                new JobError(JobError.Code.PLATFORM_ERROR, "the pool answered 502"));
        var dead = bus.deadLetters(1).getFirst();
        assertThat(dead.getDeadLetterReason()).isEqualTo("PlatformError");
        assertThat(dead.getDeadLetterErrorDescription()).isEqualTo("the pool answered 502");
    }

    @Test
    void aPoolThatCannotBeReachedDelaysJobsAndChargesNothing() {
        pool.close();
        try (Worker worker = worker("PENSTOCK_MAX_ATTEMPTS", "2")) {
            IntStream.range(0, 3).forEach(i -> bus.send(Jobs.job("job-" + i, "x")));
            await().until(() -> bus.all(Reply.Progressed.class).stream().anyMatch(event -> event.requeues() >= 6));
            assertThat(worker.objection()).hasValueSatisfying(why -> assertThat(why).contains("no connection"));
            try (StubPool _ = StubPool.start(vertx, pool.endpoint().getPort())) {
                await().until(() -> bus.finished().size() == 3 && worker.objection().isEmpty());
            }
        }
        assertThat(bus.finished()).allMatch(reply -> reply.status() == Status.SUCCEEDED)
                .allMatch(reply -> reply.attempt() == 1);
        assertThat(bus.jobsEmpty()).isTrue();
    }

    @Test
    void aJobExpiresWhenThePoolCannotBeReachedUntilItsDeadline() {
        pool.close();
        try (Worker _ = worker()) {
            bus.send(Jobs.job("job-1", "x", Instant.now().plusSeconds(2), OnLost.RETRY));
            await().until(() -> bus.finished().size() == 1);
        }
        assertThat(bus.finished().getFirst().status()).isEqualTo(Status.EXPIRED);
        assertThat(bus.finished().getFirst().attempt()).isEqualTo(1);
        assertThat(bus.jobsEmpty()).isTrue();
    }

    @Test
    void aJobThatMustNotRunTwiceEndsWhenItsCallBreaks() {
        pool.insteadNext(request -> request.connection().close());
        try (Worker _ = worker()) {
            bus.send(Jobs.job("job-1", "x", Instant.now().plusSeconds(600), OnLost.FAIL));
            await().until(() -> bus.finished().size() == 1);
            await().until(() -> bus.jobCounts().deadLettered() == 1);
        }
        assertThat(pool.executed()).containsExactly("job-1");
        assertThat(bus.finished().getFirst().error()).isNotNull()
                .satisfies(error -> assertThat(error.code()).isEqualTo(JobError.Code.PLATFORM_ERROR));
    }

    @Test
    void aJobWhoseDeadlinePassedExpiresWithoutRunning() {
        try (Worker _ = worker()) {
            bus.send(Jobs.job("job-1", "x", Instant.now().minusSeconds(1), OnLost.RETRY));
            await().until(() -> bus.finished().size() == 1);
        }
        assertThat(bus.finished().getFirst().status()).isEqualTo(Status.EXPIRED);
        assertThat(pool.executed()).isEmpty();
        assertThat(bus.jobsEmpty()).isTrue();
    }

    @Test
    void aJobThatWaitsForAFullPoolExpiresAtItsDeadline() {
        IntStream.range(0, 1000).forEach(_ -> pool.insteadNext(request -> request.response().setStatusCode(429).end()));
        try (Worker _ = worker()) {
            bus.send(Jobs.job("job-1", "x", Instant.now().plusSeconds(2), OnLost.RETRY));
            await().until(() -> bus.finished().size() == 1);
        }
        assertThat(bus.finished().getFirst().status()).isEqualTo(Status.EXPIRED);
        assertThat(bus.jobsEmpty()).isTrue();
    }

    @Test
    void aRefusedJobEndsWithTheContainersExplanation() {
        pool.insteadNext(request -> request.response().setStatusCode(400).putHeader("Penstock-Session", "1").end("""
                {"error":{"code":"UnknownLanguage","message":"cobol is not installed"}}"""));
        try (Worker _ = worker()) {
            bus.send(Jobs.job("job-1", "x"));
            await().until(() -> bus.finished().size() == 1);
        }
        assertThat(bus.finished().getFirst().status()).isEqualTo(Status.FAILED);
        assertThat(bus.finished().getFirst().error())
                .isEqualTo(new JobError(JobError.Code.REFUSED, "cobol is not installed"));
        assertThat(bus.jobsEmpty()).isTrue();
    }

    @Test
    void aPoolThatDeniesUsBurnsNoJob() {
        IntStream.range(0, 6)
                .forEach(i -> pool.insteadNext(
                        request -> request.response().setStatusCode(i % 2 == 0 ? 401 : 403).end()));
        try (Worker _ = worker()) {
            bus.send(Jobs.job("job-1", "x"));
            await().until(() -> bus.finished().size() == 1);
        }
        assertThat(bus.finished().getFirst().status()).isEqualTo(Status.SUCCEEDED);
        assertThat(bus.finished().getFirst().attempt()).isEqualTo(1);
    }

    @Test
    void poisonGoesToTheDeadLetterQueueAndItsJobEndsWhereItCanBeNamed() {
        try (Worker _ = worker()) {
            bus.send(new ServiceBusMessage(BinaryData.fromString("not json")));
            bus.send(new ServiceBusMessage(BinaryData.fromString("{\"version\":99,\"id\":\"job-99\"}")));
            bus.send(new ServiceBusMessage(BinaryData.fromString("null")));
            bus.send(Jobs.job("job-1", "x"));
            await().until(() -> bus.finished().size() == 2);
            await().until(() -> bus.jobCounts().deadLettered() == 3);
        }
        assertThat(bus.finished()).filteredOn(reply -> reply.jobId().equals("job-99"))
                .singleElement()
                .satisfies(reply -> assertThat(reply.error()).isNotNull()
                        .satisfies(error -> assertThat(error.code()).isEqualTo(JobError.Code.PLATFORM_ERROR)));
        assertThat(bus.deadLetters(3)).hasSize(3)
                .allMatch(dead -> "UndecodableMessage".equals(dead.getDeadLetterReason()))
                .allMatch(dead -> !dead.getDeadLetterErrorDescription().isBlank());
    }

    @Test
    void twoWorkersShareTheQueue() {
        List<Job> jobs = IntStream.range(0, 30).mapToObj(i -> Jobs.job("job-" + i, "x")).toList();
        try (Worker _ = worker(); Worker _ = worker()) {
            jobs.forEach(bus::send);
            await().until(() -> bus.finished().size() == jobs.size());
        }
        assertThat(pool.executed()).doesNotHaveDuplicates().hasSize(jobs.size());
        assertThat(pool.peak()).isLessThanOrEqualTo(4);
    }

    private static String rank(Reply.Progressed event) {
        return (event.attempt() - 1 + event.requeues()) + "/" + event.deliveryCount() + "/" + event.phase();
    }

    private Worker worker(String... overrides) {
        return Worker.start(vertx, Configs.config(pool.endpoint(), bus.connectionString(), overrides),
                new WorkerEvents(meters));
    }
}
