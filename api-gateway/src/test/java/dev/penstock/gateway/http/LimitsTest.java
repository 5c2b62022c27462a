package dev.penstock.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.gateway.Caller;
import dev.penstock.gateway.FakeWorker;
import dev.penstock.gateway.GatewayFixture;
import dev.penstock.gateway.Tenants;
import dev.penstock.gateway.store.ApiKey.Scope;
import dev.penstock.gateway.store.RateLimit;
import dev.penstock.gateway.store.TenantOverrides;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rate limits, quotas of open jobs and what is said of the queue, on a clock of the test's own. */
class LimitsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String JOB = "{\"language\":\"python\",\"code\":\"1\"}";
    private static final String BATCH_OF_2 = "{\"jobs\":[" + JOB + "," + JOB + "]}";

    @TempDir
    private Path folder;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2030-01-01T12:00:00Z"));
    private GatewayFixture fixture;
    private Caller caller;

    @BeforeEach
    void start() {
        fixture = GatewayFixture.start(folder, Map.of("PENSTOCK_RATE_LIMIT", "4/10s", "PENSTOCK_MAX_OPEN_JOBS", "6",
                "PENSTOCK_MAX_EXPECTED_WAIT", "60s"), now::get);
        caller = fixture.caller();
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void whoever_submits_too_fast_is_told_when_to_come_back_and_that_is_meant() {
        HttpResponse<String> first = caller.post("/v1/jobs", JOB);
        assertThat(first.statusCode()).isEqualTo(202);
        assertThat(first.headers().firstValue("RateLimit-Policy")).hasValue("\"jobs\";q=4;w=10, \"open-jobs\";q=6");
        assertThat(first.headers().firstValue("RateLimit")).hasValue("\"jobs\";r=3;t=3, \"open-jobs\";r=5");
        assertThat(caller.post("/v1/batches", BATCH_OF_2).headers().firstValue("RateLimit"))
                .as("each job of a batch counts")
                .hasValue("\"jobs\";r=1;t=8, \"open-jobs\";r=3");

        HttpResponse<String> refused = caller.post("/v1/batches", BATCH_OF_2);
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(Caller.json(refused).path("type").asText()).isEqualTo("urn:penstock:problem:rate-limited");
        assertThat(refused.headers().firstValue("RateLimit")).hasValue("\"jobs\";r=1;t=8");
        long retryAfter = Long.parseLong(refused.headers().firstValue("Retry-After").orElseThrow());
        assertThat(retryAfter).isEqualTo(3);

        pass(Duration.ofSeconds(retryAfter - 1));
        assertThat(caller.post("/v1/batches", BATCH_OF_2).statusCode()).isEqualTo(429);
        pass(Duration.ofSeconds(1));
        assertThat(caller.post("/v1/batches", BATCH_OF_2).statusCode()).isEqualTo(202);
    }

    @Test
    void a_repeated_request_costs_nothing_and_is_answered_even_when_no_other_would_be() {
        String[] key = {"Idempotency-Key", "\"same\""};
        HttpResponse<String> first = caller.post("/v1/jobs", JOB, key);
        awaitSent(first);
        assertThat(caller.post("/v1/jobs", JOB, key).headers().firstValue("RateLimit")).as("once charged")
                .hasValue("\"jobs\";r=3;t=3");
        IntStream.range(0, 3).forEach(_ -> assertThat(caller.post("/v1/jobs", JOB).statusCode()).isEqualTo(202));
        assertThat(caller.post("/v1/jobs", JOB).statusCode()).isEqualTo(429);

        HttpResponse<String> again = caller.post("/v1/jobs", JOB, key);
        assertThat(again.statusCode()).isEqualTo(202);
        assertThat(again.headers().firstValue("Location")).isEqualTo(first.headers().firstValue("Location"));
    }

    @Test
    void a_batch_larger_than_the_rate_limit_is_taken_from_a_full_bucket_and_paid_off() {
        String five = "{\"jobs\":[" + String.join(",", JOB, JOB, JOB, JOB, JOB) + "]}";
        assertThat(caller.post("/v1/batches", five).statusCode()).isEqualTo(202);

        pass(Duration.ofSeconds(5));
        HttpResponse<String> refused = caller.post("/v1/batches", BATCH_OF_2);
        assertThat(refused.headers().firstValue("Retry-After")).hasValue("3");
    }

    @Test
    void a_tenant_with_too_many_open_jobs_waits_until_one_ended() {
        try (FakeWorker worker = fixture.worker()) {
            IntStream.range(0, 6).forEach(_ -> {
                assertThat(caller.post("/v1/jobs", JOB).statusCode()).isEqualTo(202);
                pass(Duration.ofSeconds(3));
            });
            HttpResponse<String> refused = caller.post("/v1/jobs", JOB);
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(Caller.json(refused).path("type").asText()).isEqualTo("urn:penstock:problem:quota-exhausted");
            assertThat(refused.headers().firstValue("Retry-After")).isPresent();
            assertThat(fixture.caller("other", Scope.values()).post("/v1/jobs", JOB).statusCode())
                    .as("another tenant's are its own")
                    .isEqualTo(202);

            worker.say(FakeWorker.finished(worker.take(), 0, ""));
            await().atMost(PATIENCE).until(() -> caller.post("/v1/jobs", JOB).statusCode() == 202);
        }
    }

    @Test
    void what_can_never_fit_is_not_told_to_come_back() {
        String seven = "{\"jobs\":[" + String.join(",", JOB, JOB, JOB, JOB, JOB, JOB, JOB) + "]}";
        HttpResponse<String> refused = caller.post("/v1/batches", seven);

        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("Retry-After")).isEmpty();
        assertThat(caller.post("/v1/jobs", JOB).headers().firstValue("RateLimit")).as("it was not charged")
                .hasValue("\"jobs\";r=3;t=3, \"open-jobs\";r=5");
    }

    @Test
    void the_operator_sets_a_tenants_limits_beside_the_running_gateway() {
        Caller rich = fixture.caller("rich", Scope.values());
        assertThat(rich.post("/v1/jobs", JOB).headers().firstValue("RateLimit-Policy")).isPresent();
        try (Tenants tenants = fixture.tenants()) {
            tenants.set(new TenantOverrides("rich", Optional.of(RateLimit.NONE), Optional.of(9L)));
            assertThat(tenants.list()).extracting(TenantOverrides::tenant).containsExactly("rich");
        }
        pass(Duration.ofSeconds(6));

        assertThat(rich.post("/v1/jobs", JOB).headers().firstValue("RateLimit-Policy"))
                .hasValue("\"open-jobs\";q=9");
        assertThat(Caller.json(rich.get("/v1/stats")).at("/limits/openJobs").asInt()).isEqualTo(9);
    }

    @Test
    void piston_clients_are_limited_too() {
        assertThat(caller.post("/v1/batches", BATCH_OF_2).statusCode()).isEqualTo(202);
        assertThat(caller.post("/v1/batches", BATCH_OF_2).statusCode()).isEqualTo(202);

        assertThat(caller.post("/api/v2/execute",
                "{\"language\":\"python\",\"version\":\"*\",\"files\":[{\"content\":\"1\"}]}").statusCode())
                .isEqualTo(429);
    }

    @Test
    void a_waiting_job_tells_its_place_and_without_a_measured_rate_no_time() {
        JsonNode first = Caller.json(caller.post("/v1/jobs", JOB));
        JsonNode second = Caller.json(caller.post("/v1/jobs", JOB));
        assertThat(second.at("/queue/estimatedPosition").asInt()).isPositive();
        assertThat(second.at("/queue/estimatedStart").isMissingNode()).isTrue();

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(place(second) - place(first)).as("once measured").isEqualTo(1));
        JsonNode stats = Caller.json(caller.get("/v1/stats"));
        assertThat(stats.at("/jobs/queued").asInt()).isEqualTo(2);
        assertThat(stats.path("service").has("estimatedJobsPerSecond")).isFalse();
        assertThat(Caller.json(fixture.caller("other", Scope.READ).get("/v1/stats")).at("/jobs/queued").asInt())
                .isZero();
    }

    private int place(JsonNode job) {
        return Caller.json(caller.get("/v1/jobs/" + job.path("id").asText())).at("/queue/estimatedPosition").asInt();
    }

    private void awaitSent(HttpResponse<String> accepted) {
        assertThat(accepted.statusCode()).isEqualTo(202);
        String path = "/v1/jobs";
        await().atMost(PATIENCE)
                .until(() -> caller.post(path, JOB, "Idempotency-Key", "\"same\"").statusCode() != 409);
    }

    private void pass(Duration time) {
        now.updateAndGet(before -> before.plus(time));
    }
}
