package dev.penstock.gateway.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.Json;
import dev.penstock.gateway.Caller;
import dev.penstock.gateway.FakeWorker;
import dev.penstock.gateway.Footing;
import dev.penstock.gateway.GatewayFixture;
import dev.penstock.gateway.Tenants;
import dev.penstock.gateway.guard.SecretBox;
import dev.penstock.gateway.store.ApiKey;
import dev.penstock.gateway.store.ApiKey.Scope;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Webhooks through the real queue to a real receiver. */
@TestInstance(Lifecycle.PER_CLASS)
class WebhookTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String KEY = Base64.getEncoder().encodeToString(new byte[32]);
    private static final SecretBox BOX = SecretBox.withKey(KEY);
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private final Vertx vertx = Vertx.vertx();
    private final CountDownLatch end = new CountDownLatch(1);
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final List<Integer> answers = new CopyOnWriteArrayList<>();
    private HttpServer receiver;
    private GatewayFixture fixture;
    private Caller caller;
    private FakeWorker worker;

    private record Received(String uri, MultiMap headers, String body) {
        String header(String name) {
            return String.valueOf(headers.get(name));
        }

        JsonNode json() throws Exception {
            return Json.MAPPER.readTree(body);
        }
    }

    @BeforeAll
    void start(@TempDir Path folder) {
        receiver = vertx.createHttpServer().requestHandler(this::receive).listen(0, "127.0.0.1").await();
        fixture = GatewayFixture.start(folder,
                Map.of("PENSTOCK_SECRET_KEY", KEY,
                        "PENSTOCK_WEBHOOK_ALLOW_HTTP", "true", "PENSTOCK_WEBHOOK_ALLOWED_RANGES", "127.0.0.0/8"),
                Footing.usual().withResolver(this::resolve));
        caller = fixture.caller();
        worker = fixture.worker();
    }

    /** Some names hang as they do when nobody answers for them. */
    private List<InetAddress> resolve(String host) throws UnknownHostException {
        try {
            if (host.endsWith("dead.example")) {
                end.await();
            }
            return List.of(InetAddress.getLoopbackAddress());
        } catch (InterruptedException interrupted) {
            throw new UnknownHostException(host);
        }
    }

    @AfterAll
    void stop() {
        end.countDown();
        worker.close();
        fixture.close();
        vertx.close().await();
    }

    @BeforeEach
    void forget() {
        received.clear();
        answers.clear();
    }

    @Test
    void the_end_of_a_job_is_told_once_signed_and_logged() throws Exception {
        String url = submit("/once");
        assertThat(Caller.json(caller.get(url)).at("/webhook/status").asText()).isEqualTo("pending");
        worker.say(FakeWorker.finished(worker.take(), 0, "42\n"));

        JsonNode delivery = awaitDelivery(url, "delivered");
        assertThat(received).hasSize(1);
        Received hook = received.getFirst();
        assertThat(hook.json().path("type").asText()).isEqualTo("job.succeeded");
        assertThat(hook.json().at("/data/result/run/stdout/content").asText()).isEqualTo("42\n");
        assertThat(hook.header("webhook-id")).isEqualTo(delivery.path("id").asText());
        assertThat(hook.header("webhook-signature")).isEqualTo(WebhookSignature.of(List.of(SECRET),
                hook.header("webhook-id"), Long.parseLong(hook.header("webhook-timestamp")),
                hook.body().getBytes(StandardCharsets.UTF_8)));
        assertThat(delivery.at("/attempts/0/status").asInt()).isEqualTo(204);
        assertThat(caller.get(url).body() + delivery).doesNotContain("whsec_");
        assertThat(Caller.json(caller.get(url)).at("/webhook/status").asText()).isEqualTo("delivered");
        assertThat(hook.json().path("data").has("webhook")).as("the same words at each attempt").isFalse();
    }

    @Test
    void a_failure_is_tried_again_under_the_same_id() {
        answers.add(503);
        String url = submit("/again");
        worker.say(FakeWorker.finished(worker.take(), 1, ""));

        JsonNode delivery = awaitDelivery(url, "delivered");
        assertThat(delivery.path("attempts")).extracting(attempt -> attempt.path("status").asInt())
                .containsExactly(503, 204);
        assertThat(received).extracting(hook -> hook.header("webhook-id"))
                .hasSize(2)
                .containsOnly(delivery.path("id").asText());
        assertThat(received.get(0).body()).isEqualTo(received.get(1).body());
    }

    @Test
    void a_receiver_that_is_gone_is_not_tried_again_until_a_replay() {
        answers.add(410);
        String url = submit("/gone");
        worker.say(FakeWorker.finished(worker.take(), 0, ""));
        JsonNode stopped = awaitDelivery(url, "stopped");
        assertThat(Caller.json(caller.get(url)).at("/webhook/status").asText()).isEqualTo("stopped");

        HttpResponse<String> replay = caller
                .post(url + "/deliveries/" + stopped.path("id").asText() + "/replay", "");
        assertThat(replay.statusCode()).isEqualTo(202);
        assertThat(awaitDelivery(url, "delivered").path("attempts")).hasSize(2);
        assertThat(caller.post(url + "/deliveries/msg_none/replay", "").statusCode()).isEqualTo(404);
    }

    @Test
    void another_tenant_can_neither_see_nor_replay_a_delivery() {
        String url = submit("/mine");
        worker.say(FakeWorker.finished(worker.take(), 0, ""));
        String replay = url + "/deliveries/" + awaitDelivery(url, "delivered").path("id").asText() + "/replay";
        Caller bob = fixture.caller("bob", ApiKey.Scope.READ, ApiKey.Scope.WRITE);

        assertThat(bob.get(url + "/deliveries").statusCode()).isEqualTo(404);
        assertThat(bob.post(replay, "").statusCode()).isEqualTo(404);
        assertThat(received).hasSize(1);
    }

    @Test
    void redirects_are_not_followed() {
        answers.add(302);
        String url = submit("/redirect");
        worker.say(FakeWorker.finished(worker.take(), 0, ""));

        awaitDelivery(url, "delivered");
        assertThat(received).extracting(Received::uri).containsOnly("/redirect");
    }

    @Test
    void a_batch_is_told_of_once_at_its_end() throws Exception {
        HttpResponse<String> accepted = caller.post("/v1/batches", """
                {"jobs": [{"language": "python", "code": "1"}, {"language": "python", "code": "2"}],
                 "webhook": {"url": "%s/batch", "secrets": ["%s"]}}""".formatted(base(), SECRET));
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
        worker.say(FakeWorker.finished(worker.take(), 0, ""));
        worker.say(FakeWorker.finished(worker.take(), 1, ""));

        awaitDelivery(accepted.headers().firstValue("Location").orElseThrow(), "delivered");
        assertThat(received).hasSize(1);
        assertThat(received.getFirst().json().path("type").asText()).isEqualTo("batch.finished");
        assertThat(received.getFirst().json().at("/data/counts/failed").asInt()).isEqualTo(1);
    }

    @Test
    void a_long_result_is_left_out_and_its_url_given() throws Exception {
        String url = submit("/long");
        worker.say(FakeWorker.finished(worker.take(), 0, "x".repeat(100_000)));

        awaitDelivery(url, "delivered");
        assertThat(received.getFirst().body()).hasSizeLessThan(20_000);
        assertThat(received.getFirst().json().path("url").asText()).isEqualTo(url);
        assertThat(received.getFirst().json().at("/data/result").isMissingNode()).isTrue();
    }

    @Test
    void the_dead_endpoints_and_dead_names_of_several_tenants_do_not_slow_the_others() throws Exception {
        HttpServer dead = vertx.createHttpServer().requestHandler(_ -> {}).listen(0, "0.0.0.0").await();
        for (String tenant : List.of("dora", "dave", "dina", "dirk")) {
            Caller theirs = fixture.caller(tenant, Scope.values());
            String jobs = IntStream.range(0, 40)
                    .mapToObj(i -> job(i < 32
                            ? "http://127.1.0." + (i + 1) + ":" + dead.actualPort() + "/hole"
                            : "http://" + tenant + i + ".dead.example/"))
                    .collect(Collectors.joining(","));
            HttpResponse<String> accepted = theirs.post("/v1/batches", "{\"jobs\":[" + jobs + "]}");
            assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
            for (int i = 0; i < 40; i++) {
                worker.say(FakeWorker.finished(worker.take(), 0, ""));
            }
        }
        String url = submitTo("http://alive.example:" + receiver.actualPort() + "/alive");
        worker.say(FakeWorker.finished(worker.take(), 0, ""));

        await().atMost(Duration.ofSeconds(5)).until(() -> state(url).equals("delivered"));
        dead.close().await();
    }

    @Test
    void an_answer_that_never_ends_is_cut_after_its_head() throws Exception {
        HttpServer dripping = vertx.createHttpServer()
                .requestHandler(request -> request.response().setChunked(true).write("x"))
                .listen(0, "127.0.0.3")
                .await();
        String url = submitTo("http://127.0.0.3:" + dripping.actualPort() + "/drip");
        worker.say(FakeWorker.finished(worker.take(), 0, ""));

        awaitDelivery(url, "delivered");
        dripping.close().await();
    }

    @Test
    void what_names_no_webhook_is_told_to_the_tenants_default_until_its_receiver_says_410() throws Exception {
        Caller acme = fixture.caller("acme", Scope.values());
        String url = base() + "/default";
        String first;
        String second;
        try (Tenants tenants = fixture.tenants()) {
            first = tenants.setWebhook("acme", url, 0, BOX);
            second = tenants.setWebhook("acme", url, 1, BOX);
            assertThat(new String(tenants.webhook("acme").orElseThrow().secrets(), StandardCharsets.ISO_8859_1))
                    .doesNotContain("whsec_");
        }
        String job = location(acme.post("/v1/jobs", "{\"language\":\"python\",\"code\":\"1\"}"));
        String batch = location(acme.post("/v1/batches", "{\"jobs\":[{\"language\":\"python\",\"code\":\"2\"}]}"));
        String optedOut = location(
                acme.post("/v1/jobs", "{\"language\":\"python\",\"code\":\"3\",\"webhook\":null}"));
        String later = location(acme.post("/v1/jobs", "{\"language\":\"python\",\"code\":\"4\"}"));
        for (int i = 0; i < 3; i++) {
            worker.say(FakeWorker.finished(worker.take(), 0, ""));
        }
        awaitDelivery(acme, job, "delivered");
        awaitDelivery(acme, batch, "delivered");
        assertThat(received).extracting(Received::uri).containsExactly("/default", "/default");
        Received hook = received.getFirst();
        assertThat(hook.header("webhook-signature")).as("both secrets sign while they rotate")
                .isEqualTo(WebhookSignature.of(List.of(second, first), hook.header("webhook-id"),
                        Long.parseLong(hook.header("webhook-timestamp")),
                        hook.body().getBytes(StandardCharsets.UTF_8)));
        assertThat(Caller.json(acme.get(optedOut + "/deliveries")).path("deliveries")).isEmpty();

        answers.add(410);
        worker.say(FakeWorker.finished(worker.take(), 0, ""));
        awaitDelivery(acme, later, "stopped");
        String none = location(acme.post("/v1/jobs", "{\"language\":\"python\",\"code\":\"5\"}"));
        worker.say(FakeWorker.finished(worker.take(), 0, ""));
        await().atMost(PATIENCE)
                .until(() -> Caller.json(acme.get(none)).path("status").asText().equals("succeeded"));
        assertThat(Caller.json(acme.get(none + "/deliveries")).path("deliveries")).isEmpty();
        assertThat(Caller.json(acme.get(none)).has("webhook")).isFalse();
        try (Tenants tenants = fixture.tenants()) {
            assertThat(tenants.webhook("acme").orElseThrow().disabledAt()).isPresent();
            tenants.setWebhook("acme", url, 0, BOX);
            assertThat(tenants.webhook("acme").orElseThrow().disabledAt()).as("set anew").isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"url\":\"ftp://x\",\"secrets\":[\"S\"]}|/webhook/url",
            "{\"secrets\":[\"S\"]}|/webhook/url",
            "{\"url\":\"http://10.0.0.1/\",\"secrets\":[\"S\"]}|/webhook/url",
            "{\"url\":\"http://127.0.0.1/\"}|/webhook/secrets",
            "{\"url\":\"http://127.0.0.1/\",\"secrets\":[\"password\"]}|/webhook/secrets/0", "7|/webhook"})
    void a_wrong_webhook_is_refused_with_a_pointer(String webhookAndPointer) {
        String[] parts = webhookAndPointer.replace("\"S\"", '"' + SECRET + '"').split("\\|");
        HttpResponse<String> refused = caller.post("/v1/jobs",
                "{\"language\":\"python\",\"code\":\"1\",\"webhook\":" + parts[0] + "}");

        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(Caller.json(refused).path("errors"))
                .anySatisfy(error -> assertThat(error.path("pointer").asText()).isEqualTo(parts[1]));
    }

    private void receive(HttpServerRequest request) {
        request.body().onSuccess(body -> {
            received.add(new Received(request.uri(), request.headers(), body.toString()));
            int status = answers.isEmpty() ? 204 : answers.removeFirst();
            request.response().setStatusCode(status).putHeader("Location", base() + "/elsewhere").end();
        });
    }

    private String submit(String path) {
        return submitTo(base() + path);
    }

    private static String job(String target) {
        return """
                {"language": "python", "code": "1", "webhook": {"url": "%s", "secrets": ["%s"]}}"""
                .formatted(target, SECRET);
    }

    private String state(String owner) {
        return Caller.json(caller.get(owner + "/deliveries")).at("/deliveries/0/state").asText();
    }

    private String submitTo(String target) {
        HttpResponse<String> accepted = caller.post("/v1/jobs", job(target));
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
        return accepted.headers().firstValue("Location").orElseThrow();
    }

    private String base() {
        return "http://127.0.0.1:" + receiver.actualPort();
    }

    private static String location(HttpResponse<String> accepted) {
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
        return accepted.headers().firstValue("Location").orElseThrow();
    }

    private JsonNode awaitDelivery(String owner, String state) {
        return awaitDelivery(caller, owner, state);
    }

    private static JsonNode awaitDelivery(Caller who, String owner, String state) {
        return await().pollDelay(Duration.ZERO)
                .atMost(PATIENCE)
                .until(() -> Caller.json(who.get(owner + "/deliveries")).at("/deliveries/0"),
                        delivery -> delivery.path("state").asText().equals(state));
    }
}
