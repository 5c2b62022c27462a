package dev.penstock.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.gateway.Caller;
import dev.penstock.gateway.FakeWorker;
import dev.penstock.gateway.GatewayFixture;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of the wait, and refused because of it, on a clock of the test's own. */
class BackpressureTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String JOB = "{\"language\":\"python\",\"code\":\"1\"}";

    @TempDir
    private Path folder;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2030-01-01T12:00:00Z"));
    private GatewayFixture fixture;
    private Caller caller;

    @BeforeEach
    void start() {
        fixture = GatewayFixture.start(folder, Map.of("PENSTOCK_MAX_EXPECTED_WAIT", "60s"), now::get);
        caller = fixture.caller();
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void the_tag_of_a_waiting_job_stays_while_only_the_guess_of_its_start_moves() {
        fixture.measured(now.get(), 0.1);
        String url = caller.post("/v1/jobs", JOB).headers().firstValue("Location").orElseThrow();
        HttpResponse<String> first = await().atMost(PATIENCE)
                .until(() -> caller.get(url), answer -> Caller.json(answer).at("/queue").has("estimatedStart"));
        String start = Caller.json(first).at("/queue/estimatedStart").asText();
        pass(Duration.ofSeconds(1));
        await().atMost(PATIENCE)
                .until(() -> !Caller.json(caller.get(url)).at("/queue/estimatedStart").asText().equals(start));

        String tag = first.headers().firstValue("ETag").orElseThrow();
        assertThat(caller.get(url, "If-None-Match", tag).statusCode()).isEqualTo(304);
    }

    @Test
    void while_jobs_wait_and_no_worker_lives_nothing_more_is_taken() {
        assertThat(caller.post("/v1/jobs", JOB).statusCode()).isEqualTo(202);
        await().atMost(PATIENCE)
                .until(() -> Caller.json(caller.get("/v1/stats")).at("/jobs/queued").asInt() == 1);
        awaitLook();
        pass(Duration.ofSeconds(10));
        awaitLook();
        pass(Duration.ofSeconds(10));
        awaitLook();
        pass(Duration.ofSeconds(9));
        awaitLook();
        assertThat(caller.post("/v1/jobs", JOB).statusCode()).as("workers may be starting").isEqualTo(202);

        pass(Duration.ofSeconds(1));
        awaitLook();
        HttpResponse<String> refused = caller.post("/v1/jobs", JOB);
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(Caller.json(refused).path("type").asText()).isEqualTo("urn:penstock:problem:overloaded");
        assertThat(refused.headers().firstValue("Retry-After")).hasValue("30");

        for (int i = 0; i < 6; i++) {
            pass(Duration.ofSeconds(10));
            awaitLook();
        }
        try (FakeWorker worker = fixture.worker()) {
            // What was not served before they came does not count against them.
            worker.lives("worker-1", 4, Duration.ofSeconds(30));
            await().atMost(PATIENCE).until(() -> caller.post("/v1/jobs", JOB).statusCode() == 202);
        }
    }

    @Test
    void a_wait_of_hours_is_told_as_it_is() {
        fixture.measured(now.get(), 1.0 / 60);
        String hundred = "{\"jobs\":[" + String.join(",", Collections.nCopies(100, JOB)) + "]}";
        assertThat(caller.post("/v1/batches", hundred).statusCode()).isEqualTo(202);
        awaitLook();

        long retryAfter = Long
                .parseLong(caller.post("/v1/jobs", JOB).headers().firstValue("Retry-After").orElseThrow());
        assertThat(retryAfter).as("a job in a minute, and a minute is the bound").isCloseTo(99 * 60, within(60L));
    }

    /** The queue is looked at again and again. */
    private void awaitLook() {
        String before = measuredAt();
        pass(Duration.ofMillis(1));
        await().pollDelay(Duration.ZERO).atMost(PATIENCE).until(() -> !measuredAt().equals(before));
    }

    private String measuredAt() {
        return Caller.json(caller.get("/v1/stats")).at("/service/measuredAt").asText();
    }

    @Test
    void nothing_is_taken_that_would_wait_too_long_and_retry_after_is_when_it_would_not() {
        fixture.measured(now.get(), 0.05);
        assertThat(caller.post("/v1/jobs", JOB).statusCode()).isEqualTo(202);
        await().atMost(PATIENCE).until(() -> caller.post("/v1/jobs", JOB).statusCode() == 503);

        HttpResponse<String> refused = caller.post("/v1/jobs", JOB);
        assertThat(Caller.json(refused).path("type").asText()).isEqualTo("urn:penstock:problem:overloaded");
        JsonNode stats = Caller.json(caller.get("/v1/stats"));
        assertThat(stats.at("/service/estimatedJobsPerSecond").asDouble()).isBetween(0.04, 0.05);
        double wait = stats.at("/service/estimatedWaitSeconds").asDouble();
        assertThat(wait).isGreaterThan(60);
        assertThat(refused.headers().firstValue("Retry-After")).hasValue(Long.toString((long) Math.ceil(wait - 60)));
    }

    private void pass(Duration time) {
        now.updateAndGet(before -> before.plus(time));
    }
}
