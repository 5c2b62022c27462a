package dev.penstock.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.contracts.OnLost;
import dev.penstock.worker.events.WorkerEvents;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class ManagementTest {
    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    @Test
    void it_tells_that_the_process_lives_whether_it_takes_jobs_and_its_numbers() throws Exception {
        Vertx vertx = Vertx.vertx();
        try (StubPool pool = StubPool.start(vertx);
                TestBus bus = TestBus.start(0, Duration.ofSeconds(30));
                Worker worker = Worker.start(vertx, Configs.config(pool.endpoint(), bus.connectionString()),
                        new WorkerEvents(meters));
                Management management = Management.start(vertx, "127.0.0.1", 0, worker, meters)) {
            assertThat(get(management, "/health").statusCode()).isEqualTo(200);
            assertThat(get(management, "/ready").statusCode()).isEqualTo(200);
            Awaitility.await()
                    .untilAsserted(() -> assertThat(get(management, "/metrics").body())
                            .contains("penstock_worker_slots_held 2.0"));
            assertThat(get(management, "/").statusCode()).isEqualTo(404);
            assertThat(send(management, "/health", "POST").statusCode()).isEqualTo(405);
            pool.refuseTokens(Integer.MAX_VALUE);
            bus.send(Jobs.job("job-1", "x", Instant.now().plusSeconds(1), OnLost.RETRY));
            Awaitility.await().until(() -> get(management, "/ready").statusCode() == 503);
            assertThat(get(management, "/ready").body()).contains("401");
            // No job comes any more to find out that the pool lets us in again.
            Awaitility.await().until(() -> bus.finished().size() == 1 && bus.jobsEmpty());
            assertThat(get(management, "/ready").statusCode()).isEqualTo(503);
            pool.refuseTokens(0);
            Awaitility.await().until(() -> get(management, "/ready").statusCode() == 200);
            management.stop();
            assertThat(get(management, "/ready").body()).contains("stopping");
            assertThat(get(management, "/health").statusCode()).isEqualTo(200);
        } finally {
            vertx.close().await();
        }
    }

    private static HttpResponse<String> get(Management management, String path) throws Exception {
        return send(management, path, "GET");
    }

    private static HttpResponse<String> send(Management management, String path, String method) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            URI uri = URI.create("http://127.0.0.1:" + management.port() + path);
            return http.send(HttpRequest.newBuilder(uri)
                    .timeout(Duration.ofSeconds(20))
                    .method(method, HttpRequest.BodyPublishers.noBody())
                    .build(), HttpResponse.BodyHandlers.ofString());
        }
    }
}
