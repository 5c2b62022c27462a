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
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** One tenant can't read, list, cancel, delete or follow another's jobs. */
@TestInstance(Lifecycle.PER_CLASS)
class TenantsTest {
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
