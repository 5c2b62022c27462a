package dev.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.configuration.InvalidConfigurationException;
import dev.penstock.contracts.JobMessage;
import dev.penstock.gateway.process.GatewayConfig;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts, stops, failures and the passing of time. */
class GatewayLifeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String JOB = "{\"language\":\"python\",\"code\":\"print(42)\"}";

    @TempDir
    Path folder;

    @Test
    void a_job_that_nobody_takes_expires_at_its_deadline() {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
        try (GatewayFixture fixture = GatewayFixture.start(folder, Map.of(), now::get)) {
            Caller caller = fixture.caller();
            String url = url(caller.post("/v1/jobs", JOB));
            now.updateAndGet(time -> time.plus(Duration.ofDays(2)));

            JsonNode expired = awaitStatus(caller, url, "expired");
            assertThat(expired.at("/error/code").asText()).isEqualTo("deadline_passed");
        }
    }

    @Test
    void a_stream_goes_on_after_a_restart_where_it_was() {
        try (GatewayFixture fixture = GatewayFixture.start(folder); FakeWorker worker = fixture.worker()) {
            String url = url(fixture.caller().post("/v1/jobs", JOB));
            var before = fixture.caller().stream(url + "/events").join();
            JobMessage job = worker.take();
            fixture.stopGateway();
            List<String> seen = before.body().toList();
            assertThat(seen).contains("event: queued");
            String lastId = seen.stream()
                    .filter(line -> line.startsWith("id: "))
                    .findFirst()
                    .orElseThrow()
                    .substring(4);
            worker.say(FakeWorker.finished(job, 0, "42"));

            fixture.restartGateway();
            awaitStatus(fixture.caller(), url, "succeeded");
            assertThat(fixture.caller().get(url + "/events", "Last-Event-ID", lastId).body())
                    .contains("event: succeeded")
                    .doesNotContain("event: queued");
        }
    }

    @Test
    void a_key_leads_to_its_job_although_the_same_request_could_not_be_accepted_any_more() {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
        try (GatewayFixture fixture = GatewayFixture.start(folder, Map.of(), now::get)) {
            Caller caller = fixture.caller();
            String job = JOB.replace("}", ",\"deadline\":\"" + now.get().plus(Duration.ofHours(1)) + "\"}");
            String url = url(caller.post("/v1/jobs", job, "Idempotency-Key", "once"));
            String batch = "{\"jobs\":[" + job + "]}";
            String batchUrl = url(caller.post("/v1/batches", batch, "Idempotency-Key", "once-more"));
            now.updateAndGet(time -> time.plus(Duration.ofHours(2)));
            awaitStatus(caller, url, "expired");

            assertThat(caller.post("/v1/jobs", job, "Idempotency-Key", "once").headers().firstValue("Location"))
                    .hasValue(url);
            assertThat(
                    caller.post("/v1/batches", batch, "Idempotency-Key", "once-more").headers().firstValue("Location"))
                    .hasValue(batchUrl);
            assertThat(caller.post("/v1/jobs", job, "Idempotency-Key", "another").statusCode()).isEqualTo(400);
        }
    }

    @Test
    void without_a_broker_a_job_is_stored_and_sent_when_the_broker_is_back() throws Exception {
        try (Proxy proxy = Proxy.start();
                GatewayFixture fixture = GatewayFixture.start(folder, Map.of("PENSTOCK_SEND_TIMEOUT", "1s"), proxy)) {
            Caller caller = fixture.caller();
            proxy.cut();
            HttpResponse<String> answer = caller.post("/v1/jobs", JOB);

            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(Caller.json(answer).path("type").asText()).isEqualTo("urn:penstock:problem:not-confirmed");
            String url = Caller.json(answer).path("job").asText();
            assertThat(answer.headers().firstValue("Location")).hasValue(url);
            assertThat(Caller.json(caller.get(url)).path("status").asText()).isEqualTo("queued");

            proxy.mend();
            try (FakeWorker worker = fixture.worker()) {
                worker.say(FakeWorker.finished(worker.take(), 0, ""));
                awaitStatus(caller, url, "succeeded");
            }
        }
    }

    @Test
    void jobs_and_results_outlive_a_restart() {
        try (GatewayFixture fixture = GatewayFixture.start(folder); FakeWorker worker = fixture.worker()) {
            String url = url(fixture.caller().post("/v1/jobs", JOB));
            JobMessage job = worker.take();
            fixture.stopGateway();
            worker.say(FakeWorker.finished(job, 0, "kept"));
            fixture.restartGateway();

            JsonNode done = awaitStatus(fixture.caller(), url, "succeeded");
            assertThat(done.at("/result/run/stdout/content").asText()).isEqualTo("kept");
        }
    }

    @Test
    void languages_are_accepted_until_a_worker_announces_and_then_only_its_own() {
        try (GatewayFixture fixture = GatewayFixture.start(folder); FakeWorker worker = fixture.worker()) {
            Caller caller = fixture.caller();
            assertThat(caller.post("/v1/jobs", JOB).statusCode()).isEqualTo(202);
            assertThat(Caller.json(caller.get("/v1/runtimes")).path("runtimes")).isEmpty();

            worker.announce("bash", "ruby");
            await().pollDelay(Duration.ZERO)
                    .atMost(PATIENCE)
                    .until(() -> Caller.json(caller.get("/v1/runtimes")).path("runtimes").size() == 2);

            HttpResponse<String> refused = caller.post("/v1/jobs", JOB);
            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(Caller.json(refused).at("/errors/0/pointer").asText()).isEqualTo("/language");
            assertThat(Caller.json(refused).at("/errors/0/detail").asText()).contains("bash").contains("ruby");
            String bash = JOB.replace("python", "bash");
            HttpResponse<String> old = caller.post("/v1/jobs", bash.replace("}", ",\"version\":\"0.9\"}"));
            assertThat(Caller.json(old).at("/errors/0/pointer").asText()).isEqualTo("/version");
            assertThat(Caller.json(old).at("/errors/0/detail").asText()).contains("1.0");
            assertThat(caller.post("/v1/jobs", bash.replace("}", ",\"version\":\"1.x\"}")).statusCode())
                    .isEqualTo(202);
            fixture.stopGateway();
            fixture.restartGateway();
            assertThat(Caller.json(fixture.caller().get("/v1/runtimes")).path("runtimes")).hasSize(2);
        }
    }

    @Test
    void stopping_answers_those_who_wait_and_ends_streams() {
        try (GatewayFixture fixture = GatewayFixture.start(folder); FakeWorker worker = fixture.worker()) {
            Caller caller = fixture.caller();
            CompletableFuture<HttpResponse<String>> waiting = CompletableFuture
                    .supplyAsync(() -> caller.post("/v1/jobs", JOB, "Prefer", "wait=60"));
            String url = "/v1/jobs/" + worker.take().job().id();
            var stream = caller.stream(url + "/events");
            stream.join();
            fixture.stopGateway();

            assertThat(waiting.join().statusCode()).isEqualTo(202);
            assertThat(stream.join().body()).contains("event: queued");
            fixture.restartGateway();
        }
    }

    @Test
    void bodies_that_would_fill_the_memory_are_refused_until_there_is_room() throws Exception {
        try (GatewayFixture fixture = GatewayFixture.start(folder, Map.of("PENSTOCK_MAX_BODIES_BYTES", "1048576"))) {
            Caller caller = fixture.caller();
            String half = "{}" + " ".repeat(600_000);
            try (Socket slow = new Socket(InetAddress.getLoopbackAddress(), fixture.port())) {
                slow.getOutputStream()
                        .write(("POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                + "Content-Length: 700000\r\nX-Api-Key: " + GatewayFixture.API_KEY + "\r\n\r\n" + half)
                                .getBytes(StandardCharsets.UTF_8));
                await().atMost(PATIENCE).until(() -> caller.post("/v1/jobs", half).statusCode() == 503);
            }
            await().atMost(PATIENCE).until(() -> caller.post("/v1/jobs", half).statusCode() == 400);
        }
    }

    @Test
    void operators_have_a_port_of_their_own() {
        try (GatewayFixture fixture = GatewayFixture.start(folder, Map.of("PENSTOCK_GATEWAY_MANAGEMENT_PORT", "0"))) {
            fixture.caller().get("/v1/nothing");
            Caller operator = new Caller("http://127.0.0.1:" + fixture.managementPort(), "none");

            assertThat(operator.get("/health").statusCode()).isEqualTo(200);
            assertThat(operator.get("/ready").statusCode()).isEqualTo(200);
            assertThat(operator.get("/metrics").body()).contains("penstock_gateway_problems_total");
            assertThat(operator.get("/v1/jobs").statusCode()).isEqualTo(404);
            assertThat(fixture.caller().get("/ready").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void all_that_is_wrong_with_the_settings_is_told_at_once_and_no_secret_is_shown() {
        assertThatThrownBy(() -> GatewayConfig.from(Map.of("PENSTOCK_API_KEY", "sesame", "PENSTOCK_GATEWAY_PORT", "x")))
                .isInstanceOfSatisfying(InvalidConfigurationException.class, wrong -> assertThat(wrong.problems())
                        .hasSize(4)
                        .noneMatch(problem -> problem.contains("sesame")));
        GatewayConfig config = GatewayConfig.from(Map.of("PENSTOCK_API_KEY", "open-sesame-0123456789", "PENSTOCK_STORE",
                "jobs.db", "PENSTOCK_SERVICEBUS_CONNECTION_STRING",
                "Endpoint=sb://localhost:1;SharedAccessKeyName=n;SharedAccessKey=hush;UseDevelopmentEmulator=true"));
        assertThat(config.toString()).doesNotContain("sesame").doesNotContain("hush");
    }

    private static String url(HttpResponse<String> accepted) {
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
        return accepted.headers().firstValue("Location").orElseThrow();
    }

    private static JsonNode awaitStatus(Caller caller, String url, String status) {
        return await().pollDelay(Duration.ZERO)
                .atMost(PATIENCE)
                .until(() -> Caller.json(caller.get(url)),
                        job -> job.path("status").asText().equals(status));
    }
}
