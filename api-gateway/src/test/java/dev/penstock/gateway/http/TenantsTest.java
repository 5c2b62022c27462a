package dev.penstock.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.gateway.ApiKeys;
import dev.penstock.gateway.Caller;
import dev.penstock.gateway.GatewayFixture;
import dev.penstock.gateway.store.ApiKey.Scope;
import dev.penstock.gateway.store.ApiKeyStore;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** One tenant can't read, list, cancel, delete or follow another's jobs. */
@TestInstance(Lifecycle.PER_CLASS)
class TenantsTest {
    private static final String NOBODYS_JOB = "job_01ARZ3NDEKTSV4RRFFQ69G5FAV";
    private static final String NOBODYS_BATCH = "bat_01ARZ3NDEKTSV4RRFFQ69G5FAV";
    private static final String JOB = "{\"language\":\"python\",\"code\":\"1\"}";

    private GatewayFixture fixture;
    private Caller alice;
    private Caller bob;

    @BeforeAll
    void start(@TempDir Path folder) {
        fixture = GatewayFixture.start(folder);
        alice = fixture.caller("alice", Scope.READ, Scope.WRITE);
        bob = fixture.caller("bob", Scope.READ, Scope.WRITE);
    }

    @AfterAll
    void stop() {
        fixture.close();
    }

    @Test
    void another_tenants_job_is_not_there() {
        String url = location(alice.post("/v1/jobs", JOB));

        assertThat(alice.get(url).statusCode()).isEqualTo(200);
        assertThat(bob.get(url).statusCode()).isEqualTo(404);
        assertThat(bob.get(url, "Prefer", "wait=1").statusCode()).isEqualTo(404);
        assertThat(bob.get(url + "/events").statusCode()).isEqualTo(404);
        assertThat(bob.post(url + "/cancel", "").statusCode()).isEqualTo(404);
        assertThat(bob.send(bob.request(url).method("DELETE", HttpRequest.BodyPublishers.noBody())).statusCode())
                .isEqualTo(404);
        assertThat(alice.get(url + "/deliveries").statusCode()).isEqualTo(200);
        assertThat(bob.get(url + "/deliveries").statusCode()).isEqualTo(404);
        assertThat(bob.get("/v1/jobs").body()).doesNotContain(url.substring(url.lastIndexOf('/') + 1));
        assertThat(Caller.json(alice.get(url)).path("status").asText()).isEqualTo("queued");
    }

    /** Not even by a header, an entity tag or a word. */
    @Test
    void another_tenants_ids_answer_as_if_they_had_never_been() {
        String job = id(alice.post("/v1/jobs", JOB, "Idempotency-Key", "\"hers\""));
        String batch = id(alice.post("/v1/batches", "{\"jobs\":[" + JOB + "]}"));
        CompletableFuture<HttpResponse<String>> waiting = CompletableFuture
                .supplyAsync(() -> alice.get("/v1/jobs/" + job, "Prefer", "wait=60"));
        List<String> requests = List.of("GET /v1/jobs/JOB", "HEAD /v1/jobs/JOB", "DELETE /v1/jobs/JOB",
                "POST /v1/jobs/JOB/cancel", "GET /v1/jobs/JOB/events", "GET /v1/jobs/JOB/deliveries",
                "POST /v1/jobs/JOB/deliveries/msg_JOB/replay", "GET /v1/jobs/BATCH", "GET /v1/batches/BATCH",
                "GET /v1/batches/JOB", "GET /v1/batches/BATCH/deliveries",
                "POST /v1/batches/BATCH/deliveries/msg_BATCH/replay");
        for (String request : requests) {
            HttpResponse<String> hers = ask(bob, request.replace("JOB", job).replace("BATCH", batch));
            HttpResponse<String> nobodys = ask(bob,
                    request.replace("JOB", NOBODYS_JOB).replace("BATCH", NOBODYS_BATCH));
            assertThat(hers.statusCode()).as(request).isEqualTo(404).isEqualTo(nobodys.statusCode());
            assertThat(hers.headers().map().keySet()).as(request).isEqualTo(nobodys.headers().map().keySet());
            assertThat(problem(hers)).as(request).isEqualTo(problem(nobodys));
        }
        assertThat(waiting).as("her own wait").isNotDone();
        assertThat(Caller.json(alice.get("/v1/jobs/" + job)).path("status").asText()).isEqualTo("queued");
        alice.post("/v1/jobs/" + job + "/cancel", "");
        assertThat(waiting.join().statusCode()).isEqualTo(200);
    }

    private static HttpResponse<String> ask(Caller caller, String request) {
        String[] parts = request.split(" ");
        return caller.send(caller.request(parts[1]).method(parts[0], HttpRequest.BodyPublishers.noBody()));
    }

    /** Without the id that every request has of its own. */
    private static String problem(HttpResponse<String> response) {
        return response.body().replaceAll("\"(?:requestId|instance)\":\"[^\"]*\"", "");
    }

    private static String id(HttpResponse<String> accepted) {
        return location(accepted).replaceFirst(".*/", "");
    }

    @Test
    void another_tenants_batch_is_not_there() {
        String url = location(alice.post("/v1/batches", "{\"jobs\":[" + JOB + "]}"));

        assertThat(alice.get(url).statusCode()).isEqualTo(200);
        assertThat(bob.get(url).statusCode()).isEqualTo(404);
    }

    @Test
    void an_idempotency_key_is_its_tenants_own() {
        String hers = location(alice.post("/v1/jobs", JOB, "Idempotency-Key", "\"same\""));
        String his = location(bob.post("/v1/jobs", JOB, "Idempotency-Key", "\"same\""));

        assertThat(hers).isNotEqualTo(his);
    }

    @Test
    void a_key_may_be_used_for_its_scopes_only() {
        Caller reader = fixture.caller("alice", Scope.READ);
        Caller writer = fixture.caller("alice", Scope.WRITE);

        HttpResponse<String> refused = reader.post("/v1/jobs", JOB);
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(Caller.json(refused).path("type").asText()).isEqualTo("urn:penstock:problem:forbidden");
        assertThat(reader.get("/v1/jobs").statusCode()).isEqualTo(200);
        assertThat(writer.get("/v1/jobs").statusCode()).isEqualTo(403);
        assertThat(writer.post("/v1/jobs", JOB).statusCode()).isEqualTo(202);
    }

    @Test
    void a_revoked_key_opens_nothing_after_a_few_seconds() {
        try (ApiKeys keys = fixture.keys()) {
            ApiKeyStore.Fresh fresh = keys.create("carol", "laptop", Set.of(Scope.READ));
            Caller carol = new Caller("http://127.0.0.1:" + fixture.port(), fresh.text());
            assertThat(carol.get("/v1/jobs").statusCode()).isEqualTo(200);

            assertThat(keys.revoke(fresh.key().id())).isTrue();
            await().atMost(Duration.ofSeconds(30)).until(() -> carol.get("/v1/jobs").statusCode() == 401);
            assertThat(keys.revoke(fresh.key().id())).as("again").isFalse();
            assertThat(keys.list()).filteredOn(key -> key.id().equals(fresh.key().id()))
                    .singleElement()
                    .satisfies(key -> assertThat(key.revokedAt()).isNotNull());
            assertThat(fresh.toString() + keys.list()).doesNotContain(fresh.text());
        }
    }

    private static String location(HttpResponse<String> accepted) {
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
        return accepted.headers().firstValue("Location").orElseThrow();
    }
}
