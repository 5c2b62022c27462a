package dev.penstock.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.gateway.GatewayFixture;
import dev.penstock.gateway.Proxy;
import dev.penstock.gateway.http.Contract.Operation;
import dev.penstock.gateway.http.RawClient.Reply;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the OpenAPI document says of a store and a broker that are down, which {@link ContractTest} has up. */
class OutagesTest {
    private static final String JOB = "{\"language\":\"python\",\"code\":\"1\"}";
    private static final Map<String, String> BODIES = Map.of("submitJob", JOB, "submitBatch",
            "{\"jobs\":[" + JOB + "]}",
            "pistonExecute", "{\"language\":\"python\",\"version\":\"*\",\"files\":[{\"content\":\"1\"}]}");
    /** They are kept in memory. */
    private static final Set<String> WITHOUT_STORE = Set.of("listRuntimes", "pistonRuntimes");

    private final Contract contract = Contract.load();

    @TempDir
    Path folder;

    @Test
    void without_its_store_what_waits_is_told_its_url_and_every_operation_that_needs_it_is_answered_503()
            throws Exception {
        EmbeddedPostgres postgres = EmbeddedPostgres.start();
        try (GatewayFixture fixture = GatewayFixture.start(folder, Map.of("PENSTOCK_MAX_WAIT", "5s", "PENSTOCK_STORE",
                "postgresql://postgres:@localhost:" + postgres.getPort() + "/postgres"))) {
            Map<String, CompletableFuture<Reply>> waiting = new HashMap<>();
            for (String operation : BODIES.keySet()) {
                waiting.put(operation, CompletableFuture.supplyAsync(
                        () -> call(fixture, contract.operation(operation), Map.of("Prefer", "wait=5")),
                        Thread::startVirtualThread));
            }
            await().atMost(Duration.ofSeconds(4)).until(() -> fixture.bus().queue("jobs").counts().active() == 3);
            postgres.close();

            assertUnavailable(fixture);
            waiting.forEach((operation, answer) -> assertAccepted(operation, answer.join()));
        }
    }

    private void assertUnavailable(GatewayFixture fixture) {
        Set<String> unavailable = new TreeSet<>();
        Set<String> documented = new TreeSet<>();
        for (Operation operation : contract.operations()) {
            Reply reply = call(fixture, operation, Map.of());
            if (operation.documents(503)) {
                documented.add(operation.id());
            }
            if (reply.status() == 503) {
                assertThat(reply.body()).contains("urn:penstock:problem:unavailable");
                assertThat(reply.header("Retry-After")).as(operation.id()).isNotEmpty();
                unavailable.add(operation.id());
            }
        }
        documented.removeAll(WITHOUT_STORE);
        assertThat(unavailable).isEqualTo(documented);
    }

    /** Nobody may submit it again. */
    private static void assertAccepted(String operation, Reply answer) {
        assertThat(answer.status()).as(operation).isEqualTo(operation.startsWith("piston") ? 504 : 202);
        assertThat(answer.header("Location")).as(operation).matches("/v1/(jobs|batches)/[a-z]{3}_.+");
        assertThat(answer.header("Retry-After")).as(operation).isEqualTo("5");
        assertThat(answer.header("Preference-Applied")).as(operation).isEmpty();
    }

    @Test
    void without_a_broker_a_submission_is_not_confirmed_and_its_repetition_in_flight() throws Exception {
        try (Proxy proxy = Proxy.start();
                GatewayFixture fixture = GatewayFixture.start(folder,
                        Map.of("PENSTOCK_SEND_TIMEOUT", "1s", "PENSTOCK_MAX_WAIT", "1s"), proxy)) {
            proxy.cut();
            for (String submission : Set.of("submitJob", "submitBatch")) {
                Map<String, String> key = Map.of("Idempotency-Key", submission);
                Reply first = call(fixture, contract.operation(submission), key);
                assertThat(first.status()).isEqualTo(503);
                assertThat(first.body()).contains("urn:penstock:problem:not-confirmed");

                Reply second = call(fixture, contract.operation(submission), key);
                assertThat(second.status()).isEqualTo(409);
                assertThat(second.body()).contains("urn:penstock:problem:in-flight");
                assertThat(Contract.parsed(second.body()).path("job").asText()).isEqualTo(first.header("Location"));
            }
            assertThat(call(fixture, contract.operation("pistonExecute"), Map.of()).status()).isEqualTo(504);
        }
    }

    /** Whatever is answered must be documented. */
    private Reply call(GatewayFixture fixture, Operation operation, Map<String, String> more) {
        Map<String, String> headers = new HashMap<>(
                Map.of("X-Api-Key", GatewayFixture.API_KEY, "Content-Type", "application/json"));
        headers.putAll(more);
        String path = operation.path().replace("{id}", "job_00000000000000000000000000").replace("{delivery}", "msg_1");
        Reply reply = new RawClient(fixture.port()).send(operation.method(), path, headers,
                BODIES.getOrDefault(operation.id(), "").getBytes(StandardCharsets.UTF_8));
        contract.check(operation, reply);
        return reply;
    }
}
