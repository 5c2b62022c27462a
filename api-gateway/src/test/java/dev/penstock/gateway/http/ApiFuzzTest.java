package dev.penstock.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.gateway.Caller;
import dev.penstock.gateway.FakeWorker;
import dev.penstock.gateway.GatewayFixture;
import dev.penstock.gateway.http.Contract.Operation;
import dev.penstock.gateway.http.RawClient.Reply;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests made up from the OpenAPI document, right ones and spoiled ones: whatever comes, the answer is a documented one
 * or a problem, never a 5xx but Piston's 504, and the gateway goes on working. {@code -Dpenstock.fuzz.requests=100000
 * -Dpenstock.fuzz.seed=42} runs more, or the same again.
 */
@TestInstance(Lifecycle.PER_CLASS)
class ApiFuzzTest {
    private static final int REQUESTS = Integer.getInteger("penstock.fuzz.requests", 3_000);
    private static final long SEED = Long.getLong("penstock.fuzz.seed", System.nanoTime());
    private static final int CLIENTS = 6;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final List<String> SPOILABLE = List.of("Accept", "Content-Type", "Prefer", "Idempotency-Key",
            "If-None-Match", "Last-Event-ID", "X-Request-Id", "traceparent", "Accept-Encoding", "Authorization",
            "Content-Encoding", "Origin", "Cookie", "Range", "If-Match", "X-Forwarded-For", "X-HTTP-Method-Override");

    private final Contract contract = Contract.load();
    private GatewayFixture fixture;
    private RawClient client;

    @BeforeAll
    void start(@TempDir Path folder) {
        // No webhooks: a made-up one would be called.
        fixture = GatewayFixture.start(folder, Map.of("PENSTOCK_MAX_WAIT", "200ms", "PENSTOCK_BODY_TIMEOUT", "2s"));
        client = new RawClient(fixture.port());
    }

    @AfterAll
    void stop() {
        fixture.close();
    }

    @Test
    void whatever_comes_is_answered_properly_and_the_gateway_goes_on() throws Exception {
        System.out.println("ApiFuzzTest: -Dpenstock.fuzz.seed=" + SEED + " -Dpenstock.fuzz.requests=" + REQUESTS);
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> all = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                long seed = SEED + i;
                all.add(clients.submit(() -> fuzz(seed)));
            }
            int accepted = 0;
            for (Future<Integer> one : all) {
                accepted += one.get();
            }
            assertThat(accepted).as("valid requests must get through, or nothing was tested")
                    .isGreaterThan(REQUESTS / 20);
        }
        assertThat(fixture.counted("penstock.gateway.requests.failed")).isZero();
        worksStill();
    }

    /** How many requests were answered 2xx. */
    private int fuzz(long seed) {
        Generator generator = new Generator(contract, seed);
        List<Operation> operations = contract.operations();
        String job = canceledJob();
        int accepted = 0;
        for (int i = 0; i < REQUESTS / CLIENTS; i++) {
            if (i % 40 == 39) {
                job = canceledJob();
            }
            Request request = new Request(generator, generator.oneOf(operations), job);
            boolean valid = generator.random().nextInt(3) == 0;
            if (!valid) {
                request.spoil();
            }
            Reply reply = client.send(request.method, request.target, request.headers, request.body);
            check(request, valid, reply, "seed " + seed + ", request " + i + ": " + request);
            accepted += reply.status() < 300 ? 1 : 0;
        }
        return accepted;
    }

    private void check(Request request, boolean valid, Reply reply, String what) {
        if (valid) {
            contract.check(request.operation, reply);
            assertThat(reply.status()).as(what + " -> " + reply.body()).isNotIn(406, 408, 413, 415, 421);
        }
        boolean pistonWaitedInVain = reply.status() == 504 && request.operation.id().equals("pistonExecute");
        assertThat(reply.status() < 500 || pistonWaitedInVain)
                .as(what + " -> " + reply)
                .isTrue();
        if (reply.status() >= 400 && !request.method.equals("HEAD")) {
            assertThat(reply.header("Content-Type")).as(what + " -> " + reply).isEqualTo("application/problem+json");
            assertThat(contract.problems(contract.document().at("/components/schemas/Problem"), reply.body(), true))
                    .as(what + " -> " + reply)
                    .isEmpty();
        }
    }

    private void worksStill() {
        try (FakeWorker worker = fixture.worker()) {
            Caller caller = fixture.caller();
            HttpResponse<String> accepted = caller.post("/v1/jobs", "{\"language\":\"python\",\"code\":\"last\"}");
            assertThat(accepted.statusCode()).isEqualTo(202);
            String url = accepted.headers().firstValue("Location").orElseThrow();
            worker.say(FakeWorker.finished(worker.find(url.substring("/v1/jobs/".length())), 0, "works"));
            await().atMost(PATIENCE).until(() -> caller.get(url).body().contains("works"));
        }
    }

    /** Open jobs would be followed for ever. */
    private String canceledJob() {
        Caller caller = fixture.caller();
        String url = caller.post("/v1/jobs", "{\"language\":\"python\",\"code\":\"1\"}")
                .headers()
                .firstValue("Location")
                .orElseThrow();
        caller.post(url + "/cancel", "");
        return url.substring("/v1/jobs/".length());
    }

    private static final class Request {
        private final Generator generator;
        private final Operation operation;
        private final Map<String, String> headers = new HashMap<>(
                Map.of("X-Api-Key", GatewayFixture.API_KEY, "Content-Type", "application/json"));
        private String method;
        private String target;
        private byte[] body = new byte[0];

        Request(Generator generator, Operation operation, String job) {
            this.generator = generator;
            this.operation = operation;
            this.method = operation.method();
            String id = generator.random().nextInt(4) == 0 ? "job_00000000000000000000000000" : job;
            this.target = operation.path().replace("{id}", id).replace("{delivery}", id);
            StringBuilder query = new StringBuilder();
            for (JsonNode parameter : operation.parameters()) {
                if (!parameter.path("in").asText().equals("path") && generator.random().nextInt(3) == 0) {
                    add(parameter, query);
                }
            }
            target += query;
            JsonNode schema = operation.node().at("/requestBody/content/application~1json/schema");
            if (schema.isObject()) {
                body = generator.valid(schema).toString().getBytes(StandardCharsets.UTF_8);
            }
        }

        private void add(JsonNode parameter, StringBuilder query) {
            String value = parameter.has("example") && generator.random().nextBoolean()
                    ? parameter.path("example").asText()
                    : generator.valid(parameter.path("schema")).asText();
            String name = parameter.path("name").asText();
            if (parameter.path("in").asText().equals("query")) {
                query.append(query.isEmpty() ? '?' : '&').append(name).append('=').append(encoded(value));
            } else {
                headers.put(name, value);
            }
        }

        void spoil() {
            Random random = generator.random();
            JsonNode schema = operation.node().at("/requestBody/content/application~1json/schema");
            switch (random.nextInt(schema.isObject() ? 9 : 5)) {
                case 0 -> headers.put(generator.oneOf(SPOILABLE), generator.oddHeader());
                case 1 -> target += (target.contains("?") ? "&" : "?") + encoded(generator.oddText()) + "="
                        + encoded(generator.oddText());
                case 2 ->
                    target = operation.path().replace("{id}", encoded(generator.oddText())).replace("{delivery}", "x");
                case 3 -> method = generator
                        .oneOf(List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"));
                case 4 -> target = spoiledTarget(random);
                default -> body = generator.spoiled(generator.valid(schema));
            }
        }

        private String spoiledTarget(Random random) {
            StringBuilder spoiled = new StringBuilder(target);
            int at = 1 + random.nextInt(spoiled.length());
            spoiled.insert(at,
                    generator.oneOf(
                            List.of("%", "%0", "%zz", "%00", "%2f", "%c0%af", "//", "/..", "/./", ";a=b", "?", "&",
                                    "=", "+", "#", "%ff", "*", "~", "'", "\\")));
            return spoiled.toString();
        }

        private static String encoded(String text) {
            return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
        }

        @Override
        public String toString() {
            return method + " " + target + " " + headers + " " + new String(body, StandardCharsets.UTF_8);
        }
    }
}
