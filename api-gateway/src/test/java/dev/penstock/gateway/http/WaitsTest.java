package dev.penstock.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.gateway.Caller;
import dev.penstock.gateway.FakeWorker;
import dev.penstock.gateway.GatewayCase;
import dev.penstock.gateway.GatewayFixture;
import dev.penstock.gateway.store.ApiKey.Scope;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may wait, and what is said to those who may not. */
class WaitsTest extends GatewayCase {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String JOB = "{\"language\":\"python\",\"code\":\"1\"}";
    private static final String[] WAIT = {"Prefer", "wait=40"};

    /** Not the common pool: on two cores it has one thread. */
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @Override
    protected Map<String, String> settings() {
        return Map.of("PENSTOCK_MAX_WAITERS", "5", "PENSTOCK_MAX_WAITERS_PER_TENANT", "2");
    }

    @AfterAll
    void closeThreads() {
        threads.close();
    }

    @Test
    void who_may_not_wait_is_answered_at_once_and_not_told_that_it_waited() throws Exception {
        String url = submit(caller);
        List<CompletableFuture<HttpResponse<String>>> waiting = new ArrayList<>();
        waiting.add(CompletableFuture.supplyAsync(() -> caller.get(url, WAIT), threads));
        var stream = caller.stream(url + "/events");
        assertThat(stream.get().statusCode()).isEqualTo(200);

        assertRefused(caller, url);
        for (String tenant : List.of("ann", "ben")) {
            Caller other = fixture.caller(tenant, Scope.values());
            String theirs = submit(other);
            waiting.add(CompletableFuture.supplyAsync(() -> other.get(theirs, WAIT), threads));
            if (tenant.equals("ann")) {
                waiting.add(CompletableFuture.supplyAsync(() -> other.get(theirs, WAIT), threads));
                assertRefused(other, theirs);
            }
        }
        Caller cora = fixture.caller("cora", Scope.values());
        assertRefused(cora, submit(cora));
        assertThat(cora.get(submit(cora) + "/events").statusCode()).isEqualTo(503);

        for (int i = 0; i < 5; i++) {
            worker.say(FakeWorker.finished(worker.take(), 0, ""));
        }
        for (CompletableFuture<HttpResponse<String>> one : waiting) {
            assertThat(one.join().headers().firstValue("Preference-Applied")).hasValue("wait=40");
            assertThat(Caller.json(one.join()).path("status").asText()).isEqualTo("succeeded");
        }
        assertThat(stream.get().body()).as("the stream ends, too").contains("event: succeeded");
        assertThat(caller.get(url, WAIT).headers().firstValue("Preference-Applied")).as("there is room again")
                .isPresent();
    }

    /** It has room as soon as those before are registered, so it is asked until then. */
    private static void assertRefused(Caller who, String url) {
        HttpResponse<String> refused = await().pollDelay(Duration.ZERO)
                .atMost(PATIENCE)
                .until(() -> who.get(url, "Prefer", "wait=1"),
                        answer -> answer.headers().firstValue("Preference-Applied").isEmpty());
        assertThat(refused.statusCode()).isEqualTo(200);
        assertThat(refused.headers().firstValue("Retry-After")).hasValue("5");
    }

    @Test
    void a_repetition_is_answered_202_though_the_job_has_ended_unless_it_waits() {
        String[] key = {"Idempotency-Key", "\"ended\""};
        HttpResponse<String> first = caller.post("/v1/jobs", JOB, key);
        worker.say(FakeWorker.finished(worker.take(), 0, ""));
        String url = first.headers().firstValue("Location").orElseThrow();
        assertThat(Caller.json(caller.get(url, WAIT)).path("status").asText()).isEqualTo("succeeded");

        HttpResponse<String> again = caller.post("/v1/jobs", JOB, key);
        assertThat(again.statusCode()).isEqualTo(202);
        assertThat(again.headers().firstValue("Location")).hasValue(url);
        assertThat(Caller.json(again).path("status").asText()).isEqualTo("succeeded");
        assertThat(again.headers().firstValue("Retry-After")).isEmpty();
        HttpResponse<String> waited = caller.post("/v1/jobs", JOB, "Idempotency-Key", "\"ended\"", "Prefer", "wait=5");
        assertThat(waited.statusCode()).isEqualTo(200);
    }

    @Test
    void a_batch_can_be_waited_for_where_it_is_submitted() {
        String batch = "{\"jobs\":[" + JOB + "," + JOB + "]}";
        CompletableFuture<HttpResponse<String>> waiting = CompletableFuture
                .supplyAsync(() -> caller.post("/v1/batches", batch, WAIT), threads);
        worker.say(FakeWorker.finished(worker.take(), 0, ""));
        worker.say(FakeWorker.finished(worker.take(), 0, ""));

        assertThat(waiting.join().statusCode()).isEqualTo(200);
        assertThat(waiting.join().headers().firstValue("Preference-Applied")).hasValue("wait=40");
        assertThat(Caller.json(waiting.join()).path("status").asText()).isEqualTo("finished");
        assertThat(caller.post("/v1/batches", batch, "Prefer", "wait=0").statusCode()).isEqualTo(202);
        worker.take();
        worker.take();
    }

    @Test
    void two_requests_at_the_same_moment_under_one_key_make_one_job() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        List<CompletableFuture<HttpResponse<String>>> both = Stream.generate(() -> CompletableFuture.supplyAsync(() -> {
            awaitUnchecked(go);
            return caller.post("/v1/jobs", JOB, "Idempotency-Key", "\"at-once\"");
        }, threads)).limit(4).toList();
        go.countDown();
        List<HttpResponse<String>> answers = both.stream().map(CompletableFuture::join).toList();

        assertThat(answers).extracting(HttpResponse::statusCode).contains(202).containsAnyOf(202, 409);
        assertThat(answers).allMatch(answer -> answer.statusCode() == 202 || answer.statusCode() == 409);
        assertThat(answers.stream().map(WaitsTest::jobUrl).distinct()).hasSize(1);
        assertThat(worker.take().job().id()).isEqualTo(jobUrl(answers.getFirst()).replaceAll(".*/", ""));
        assertThat(fixture.bus().queue("jobs").counts().active()).isZero();
    }

    private static String jobUrl(HttpResponse<String> answer) {
        JsonNode body = Caller.json(answer);
        return answer.statusCode() == 202 ? "/v1/jobs/" + body.path("id").asText() : body.path("job").asText();
    }

    private static void awaitUnchecked(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    @Test
    void who_waits_while_the_gateway_stops_is_answered_and_not_told_that_it_waited(@TempDir Path folder) {
        try (GatewayFixture stopping = GatewayFixture.start(folder)) {
            Caller waiter = stopping.caller();
            CompletableFuture<HttpResponse<String>> waiting = CompletableFuture
                    .supplyAsync(() -> waiter.post("/v1/jobs", JOB, WAIT), threads);
            await().atMost(PATIENCE).until(() -> stopping.bus().queue("jobs").counts().active() == 1);
            stopping.stopGateway();

            assertThat(waiting.join().statusCode()).isEqualTo(202);
            assertThat(waiting.join().headers().firstValue("Preference-Applied")).isEmpty();
            assertThat(waiting.join().headers().firstValue("Retry-After")).hasValue("5");
            stopping.restartGateway();
        }
    }

    private String submit(Caller who) {
        return who.post("/v1/jobs", JOB).headers().firstValue("Location").orElseThrow();
    }
}
