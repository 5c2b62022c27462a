package dev.penstock.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.JobMessage;
import dev.penstock.gateway.FakeWorker;
import dev.penstock.gateway.GatewayFixture;
import dev.penstock.gateway.http.Contract.Operation;
import dev.penstock.gateway.http.RawClient.Reply;
import dev.penstock.gateway.store.ApiKey.Scope;
import dev.penstock.gateway.store.RateLimit;
import dev.penstock.gateway.store.TenantOverrides;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds a real gateway to its OpenAPI document: every operation is driven into every status that a client can bring
 * about, and each answer is what the document says, to the last header and field.
 */
@TestInstance(Lifecycle.PER_CLASS)
class ContractTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String UNKNOWN = "job_00000000000000000000000000";
    private static final String GOOD = "{\"language\":\"python\",\"code\":\"1\",\"labels\":{\"a\":\"b\"}}";
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    /** Defects, and a store or broker that is down: {@code OutagesTest} has the latter. */
    private static final Set<Integer> NOT_FROM_OUTSIDE = Set.of(500, 503);
    /** A job that is erased while Piston's client waits for it. */
    private static final Set<String> RACES = Set.of("pistonExecute 404");

    private final Contract contract = Contract.load();
    private final Set<String> seen = new TreeSet<>();
    private final List<Received> webhooks = new CopyOnWriteArrayList<>();
    private final Vertx vertx = Vertx.vertx();
    private HttpServer receiver;
    private GatewayFixture fixture;
    private RawClient client;
    private FakeWorker worker;
    private String readKey;
    private String writeKey;

    private record Received(MultiMap headers, String body) {
    }

    @BeforeAll
    void start(@TempDir Path folder) {
        receiver = vertx.createHttpServer().requestHandler(this::receive).listen(0, "127.0.0.1").await();
        fixture = GatewayFixture.start(folder,
                Map.of("PENSTOCK_MAX_BODY_BYTES", "400000", "PENSTOCK_BODY_TIMEOUT", "1s", "PENSTOCK_MAX_WAIT", "2s",
                        "PENSTOCK_SECRET_KEY", Base64.getEncoder().encodeToString(new byte[32]),
                        "PENSTOCK_WEBHOOK_ALLOW_HTTP", "true", "PENSTOCK_WEBHOOK_ALLOWED_RANGES", "127.0.0.0/8"));
        client = new RawClient(fixture.port());
        worker = fixture.worker();
        try (var keys = fixture.keys()) {
            readKey = keys.create("default", "reader", Set.of(Scope.READ)).text();
            writeKey = keys.create("default", "writer", Set.of(Scope.WRITE)).text();
        }
    }

    @AfterAll
    void stop() {
        worker.close();
        fixture.close();
        vertx.close().await();
    }

    Stream<Operation> operations() {
        return contract.operations().stream();
    }

    @ParameterizedTest
    @MethodSource("operations")
    void every_operation_refuses_as_documented(Operation operation) {
        refused(operation, 401, Map.of("X-Api-Key", ""), "");
        refused(operation, 403, Map.of("X-Api-Key", operation.method().equals("GET") ? writeKey : readKey), "");
        refused(operation, 406, Map.of("Accept", "image/png, */*;q=0"), "");
        refused(operation, 421, Map.of("Host", "evil.example"), "");
        refused(operation, 414, Map.of(), "?" + "a".repeat(5_000));
        refused(operation, 431, Map.of("A", "a".repeat(20_000)), "");
        refused(operation, 400, Map.of("Bad Name", "x"), "");
        if (operation.documents(304)) {
            call(operation, operation.path().replace("{id}", UNKNOWN), Map.of("If-None-Match", "*"), "");
        }
        if (operation.path().contains("{id}")) {
            Reply reply = call(operation, operation.path().replace("{id}", "x").replace("{delivery}", "x"), Map.of(),
                    "");
            assertThat(reply.status()).isEqualTo(404);
        }
        if (operation.documents(415)) {
            assertThat(call(operation, operation.path(), Map.of("Content-Type", "text/plain"), GOOD).status())
                    .isEqualTo(415);
            assertThat(call(operation, operation.path(), Map.of("Content-Encoding", "gzip"), GOOD).status())
                    .isEqualTo(415);
            assertThat(call(operation, operation.path(), Map.of("Content-Length", "10"), "{").status()).isEqualTo(408);
            assertThat(call(operation, operation.path(), Map.of(), " ".repeat(1_600_001)).status()).isEqualTo(413);
            assertThat(call(operation, operation.path(), Map.of(), "{\"language\":1}").status()).isEqualTo(400);
        }
    }

    @Test
    void a_job_from_submission_to_erasure() {
        String id = idOf(call("submitJob", Map.of("Idempotency-Key", "\"contract\""), GOOD, 202));
        assertThat(call("submitJob", Map.of("Idempotency-Key", "\"contract\""), GOOD + " ", 422).body())
                .contains("idempotency-key-reused");
        call("readJob", id, 200);
        call("readJob", Map.of("Prefer", "wait=1"), id, 200);
        finish(id);
        await().atMost(PATIENCE).until(() -> call("readJob", id, 200).body().contains("succeeded"));
        call("submitJob", Map.of("Idempotency-Key", "\"contract\""), GOOD, 202);
        call("submitJob", Map.of("Idempotency-Key", "\"contract\"", "Prefer", "wait=1"), GOOD, 200);
        Reply read = call("readJob", Map.of("Prefer", "wait=1"), id, 200);
        assertThat(read.header("Preference-Applied")).isEqualTo("wait=1");
        assertThat(call("followJob", Map.of(), id, 200).body()).contains("event: succeeded");
        call("followJob", Map.of("Last-Event-ID", "1"), id, 204);
        call("readJob", Map.of("If-None-Match", read.header("ETag")), id, 304);
        assertThat(call("listJobs", "?limit=1&label=a:b&status=succeeded", 200).body()).contains(id);
        call("listJobs", "?limit=0", 400);
        assertThat(Contract.parsed(call("cancelJob", id, 200).body()).path("status").asText()).isEqualTo("succeeded");
        call("deleteJob", id, 204);
        call("readJob", id, 404);
    }

    @Test
    void a_list_with_a_next_page() {
        List<String> ids = Stream.generate(() -> idOf(call("submitJob", Map.of(), GOOD, 202))).limit(2).toList();

        assertThat(call("listJobs", "?limit=1&status=queued", 200).header("Link")).contains("cursor=");
        ids.forEach(id -> {
            assertThat(Contract.parsed(call("cancelJob", id, 200).body()).path("status").asText())
                    .isEqualTo("canceled");
            worker.take();
        });
    }

    @Test
    void a_batch_with_its_webhook_and_its_deliveries() {
        String body = """
                {"jobs": [{"language": "python", "code": "1"}, {"language": "python", "code": "2"}],
                 "webhook": {"url": "%s", "secrets": ["%s"]}}"""
                .formatted(hook(), SECRET);
        String id = idOf(call("submitBatch", Map.of("Idempotency-Key", "contract-batch"), body, 202));
        call("submitBatch", Map.of("Idempotency-Key", "contract-batch"), body + " ", 422);
        call("readBatch", id, 200);
        call("submitBatch", Map.of("Idempotency-Key", "contract-batch"), body, 202);
        worker.say(FakeWorker.finished(worker.take(), 0, "x"));
        worker.say(FakeWorker.finished(worker.take(), 1, "y"));
        await().atMost(PATIENCE).until(() -> call("readBatch", id, 200).body().contains("\"finished\""));
        call("submitBatch", Map.of("Idempotency-Key", "contract-batch", "Prefer", "wait=1"), body, 200);
        call("readBatch", Map.of("If-None-Match", "*"), id, 304);
        checkWebhook("batchFinished", "batch.finished");
        checkDeliveries("listBatchDeliveries", "replayBatchDelivery", id);
    }

    @Test
    void a_batch_as_a_whole() {
        String body = "{\"jobs\":[" + GOOD + "," + GOOD + "],\"labels\":{\"course\":\"cs101\"}}";
        String id = idOf(call("submitBatch", Map.of(), body, 202));
        String older = idOf(call("submitBatch", Map.of(), body, 202));
        assertThat(call("readBatch", Map.of("Prefer", "wait=1"), id, 200).header("Preference-Applied"))
                .isEqualTo("wait=1");
        assertThat(call("listBatches", "?limit=1", 200).header("Link")).contains("cursor=");
        call("listBatches", "?limit=0", 400);
        assertThat(Contract.parsed(call("cancelBatch", id, 200).body()).path("status").asText()).isEqualTo("finished");
        assertThat(call("followBatch", Map.of(), id, 200).body()).contains("event: finished");
        call("followBatch", Map.of("Last-Event-ID", "2"), id, 204);
        call("deleteBatch", id, 204);
        call("readBatch", id, 404);
        call("deleteBatch", older, 204);
        for (int i = 0; i < 4; i++) {
            worker.take();
        }
    }

    @Test
    void a_tenant_that_may_have_no_jobs() {
        String key;
        try (var keys = fixture.keys(); var tenants = fixture.tenants()) {
            key = keys.create("limited", "test", Set.of(Scope.READ, Scope.WRITE)).text();
            tenants.set(new TenantOverrides("limited", Optional.of(RateLimit.parse("5/10s")), Optional.of(0L)));
        }
        Map<String, String> limited = Map.of("X-Api-Key", key);
        call("submitJob", limited, GOOD, 429);
        call("submitBatch", limited, "{\"jobs\":[" + GOOD + "]}", 429);
        call("pistonExecute", limited,
                "{\"language\":\"python\",\"version\":\"*\",\"files\":[{\"content\":\"1\"}]}", 429);
        assertThat(call("readStats", limited, "", 200).header("RateLimit")).contains("open-jobs");
    }

    @Test
    void a_job_with_tests() {
        String body = """
                {"language": "python", "code": "1",
                 "tests": [{"id": "a", "stdin": "1", "expectedOutput": "x"}, {"id": "b"}]}""";
        String id = idOf(call("submitJob", Map.of(), body, 202));
        worker.say(FakeWorker.tested(worker.take()));
        await().atMost(PATIENCE).until(() -> call("readJob", id, 200).body().contains("\"cases\""));
    }

    @Test
    void a_job_with_a_webhook_and_its_deliveries() {
        String body = "{\"language\":\"python\",\"code\":\"1\",\"webhook\":{\"url\":\"%s\",\"secrets\":[\"%s\"]}}"
                .formatted(hook(), SECRET);
        String id = idOf(call("submitJob", Map.of(), body, 202));
        finish(id);
        checkWebhook("jobEnded", "job.succeeded");
        checkDeliveries("listJobDeliveries", "replayJobDelivery", id);
    }

    @Test
    void a_program_run_as_with_piston() {
        String body = "{\"language\":\"python\",\"version\":\"*\",\"files\":[{\"content\":\"1\"}]}";
        // The gateway waits for two seconds only; a machine that sleeps longer between may well get a 504.
        await().atMost(PATIENCE).until(() -> {
            CompletableFuture<Reply> running = CompletableFuture
                    .supplyAsync(() -> call(contract.operation("pistonExecute"), "/api/v2/execute", Map.of(), body));
            worker.say(FakeWorker.finished(worker.take(), 0, "42"));
            return running.join().status() == 200;
        });
        Reply late = call("pistonExecute", Map.of(), body, 504);
        assertThat(late.header("Location")).startsWith("/v1/jobs/");
        worker.take();
    }

    @Test
    void what_everybody_may_read() {
        for (String open : List.of("listRuntimes", "readStats", "pistonRuntimes", "health", "ready", "openApi",
                "docs")) {
            assertThat(call(open, "", 200).header("ETag")).startsWith("W/");
        }
    }

    @Test
    void how_many_workers_live_and_what_they_can_run_at_a_time() {
        worker.lives("worker-1", 7, Duration.ofMinutes(1));
        await().atMost(PATIENCE)
                .until(() -> call("readStats", "", 200).body().contains("\"workers\":1,\"slots\":7"));
        worker.lives("worker-1", 0, Duration.ZERO);
        await().atMost(PATIENCE)
                .until(() -> call("readStats", "", 200).body().contains("\"workers\":0,\"slots\":0"));
    }

    @Test
    void a_method_that_is_not_documented_is_not_there() {
        Map<String, Set<String>> methods = contract.operations()
                .stream()
                .collect(Collectors.groupingBy(Operation::path,
                        Collectors.mapping(Operation::method, Collectors.toCollection(TreeSet::new))));
        methods.forEach((path, documented) -> {
            if (documented.contains("GET")) {
                documented.add("HEAD");
            }
            for (String method : List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FOO")) {
                if (!documented.contains(method)) {
                    Reply reply = client.send(method, path.replace("{id}", UNKNOWN).replace("{delivery}", UNKNOWN),
                            headers(Map.of()), new byte[0]);
                    assertThat(reply.status()).as(method + " " + path).isEqualTo(405);
                    assertThat(reply.header("Allow")).isEqualTo(String.join(", ", documented));
                }
            }
        });
    }

    /** Last of all: what the tests above together left out. */
    @AfterAll
    void every_documented_status_was_seen() {
        Set<String> documented = new TreeSet<>();
        contract.operations()
                .forEach(operation -> operation.node()
                        .path("responses")
                        .fieldNames()
                        .forEachRemaining(status -> {
                            if (!NOT_FROM_OUTSIDE.contains(Integer.parseInt(status)) && !status.equals("409")) {
                                documented.add(operation.id() + " " + status);
                            }
                        }));
        documented.removeAll(seen);
        documented.removeAll(RACES);

        assertThat(documented).as("documented, but not seen").isEmpty();
    }

    private void refused(Operation operation, int status, Map<String, String> headers, String query) {
        String path = operation.path().replace("{id}", UNKNOWN).replace("{delivery}", UNKNOWN) + query;
        Reply reply = call(operation, path, headers, "");
        if (operation.documents(status) && (status != 403 || operation.needsKey())) {
            assertThat(reply.status()).as(operation.id() + ": " + reply.body()).isEqualTo(status);
        }
    }

    private void checkDeliveries(String list, String replay, String owner) {
        Reply log = await().atMost(PATIENCE).until(() -> call(list, owner, 200), reply -> reply.body().contains("200"));
        String delivery = Contract.parsed(log.body()).at("/deliveries/0/id").asText();
        Operation again = contract.operation(replay);
        String path = again.path().replace("{id}", owner).replace("{delivery}", delivery);
        assertThat(call(again, path, Map.of(), "").status()).isEqualTo(202);
        call(list, Map.of("If-None-Match", "*"), owner, 304);
    }

    private void checkWebhook(String name, String type) {
        Received received = await().atMost(PATIENCE)
                .until(() -> webhooks.stream().filter(one -> one.body().contains(type)).findFirst(),
                        Optional::isPresent)
                .orElseThrow();
        Operation webhook = contract.operation(name);
        JsonNode schema = webhook.node().at("/requestBody/content/application~1json/schema");
        assertThat(contract.problems(schema, received.body(), true)).isEmpty();
        webhook.parameters().forEach(header -> {
            String value = "\"" + received.headers().get(header.path("name").asText()) + "\"";
            assertThat(contract.problems(header.path("schema"), value, true)).isEmpty();
        });
    }

    private void finish(String id) {
        JobMessage job = worker.take();
        assertThat(job.job().id()).isEqualTo(id);
        worker.say(FakeWorker.finished(job, 0, "42"));
    }

    private Reply call(String operation, String idOrQuery, int status) {
        return call(operation, Map.of(), idOrQuery, status);
    }

    private Reply call(String name, Map<String, String> headers, String bodyOrId, int status) {
        Operation operation = contract.operation(name);
        String path = operation.path().replace("{id}", bodyOrId);
        boolean query = bodyOrId.startsWith("?");
        Reply reply = call(operation, query ? path + bodyOrId : path, headers,
                operation.node().has("requestBody") ? bodyOrId : "");
        assertThat(reply.status()).as(reply.body()).isEqualTo(status);
        return reply;
    }

    /** Every call of this test goes through here: whatever is answered must be documented. */
    private Reply call(Operation operation, String target, Map<String, String> headers, String body) {
        Reply reply = client.send(operation.method(), target, headers(headers), body.getBytes(StandardCharsets.UTF_8));
        contract.check(operation, reply);
        seen.add(operation.id() + " " + reply.status());
        return reply;
    }

    private static Map<String, String> headers(Map<String, String> more) {
        Map<String, String> headers = new HashMap<>(
                Map.of("X-Api-Key", GatewayFixture.API_KEY, "Content-Type", "application/json"));
        headers.putAll(more);
        return headers;
    }

    private static String idOf(Reply reply) {
        return Contract.parsed(reply.body()).path("id").asText();
    }

    private String hook() {
        return "http://127.0.0.1:" + receiver.actualPort() + "/hook";
    }

    private void receive(HttpServerRequest request) {
        request.body().onSuccess(body -> {
            webhooks.add(new Received(request.headers(), body.toString()));
            request.response().end();
        });
    }
}
