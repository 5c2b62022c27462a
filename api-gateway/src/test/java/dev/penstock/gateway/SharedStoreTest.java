package dev.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.contracts.JobMessage;
import dev.penstock.gateway.store.Database;
import dev.penstock.gateway.store.JobStore;
import dev.penstock.gateway.store.StoreAddress;
import io.vertx.core.Vertx;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several gateways on one PostgreSQL database. */
class SharedStoreTest {
    @Test
    void a_client_that_waits_at_one_gateway_wakes_on_a_result_that_another_received(@TempDir Path folder)
            throws Exception {
        Vertx vertx = Vertx.vertx();
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start()) {
            String url = "postgresql://postgres:@localhost:" + postgres.getPort() + "/postgres";
            try (GatewayFixture fixture = GatewayFixture.start(folder, Map.of("PENSTOCK_STORE", url));
                    FakeWorker worker = fixture.worker()) {
                Caller caller = fixture.caller();
                CompletableFuture<HttpResponse<String>> waiting = CompletableFuture.supplyAsync(() -> caller
                        .post("/v1/jobs", "{\"language\":\"python\",\"code\":\"1\"}", "Prefer", "wait=60"));
                JobMessage job = worker.take();

                Database others = Database.open(StoreAddress.parse(url), vertx.getOrCreateContext());
                assertThat(new JobStore(others).finish(FakeWorker.finished(job, 0, "")).await().now()).isTrue();

                assertThat(waiting.join().statusCode()).isEqualTo(200);
                assertThat(Caller.json(waiting.join()).path("status").asText()).isEqualTo("succeeded");
                others.close();
            }
        }
        vertx.close().await();
    }

    @Test
    void clients_notice_nothing_when_the_gateways_connections_to_the_store_are_cut(@TempDir Path folder)
            throws Exception {
        Vertx vertx = Vertx.vertx();
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start()) {
            String url = "postgresql://postgres:@localhost:" + postgres.getPort() + "/postgres";
            try (GatewayFixture fixture = GatewayFixture.start(folder, Map.of("PENSTOCK_STORE", url));
                    FakeWorker worker = fixture.worker()) {
                Caller caller = fixture.caller();
                String job = "{\"language\":\"python\",\"code\":\"1\"}";
                String jobUrl = caller.post("/v1/jobs", job).headers().firstValue("Location").orElseThrow();
                String batchUrl = caller.post("/v1/batches", "{\"jobs\":[" + job + "]}")
                        .headers()
                        .firstValue("Location")
                        .orElseThrow();
                List<CompletableFuture<HttpResponse<String>>> waiting = Stream.of(jobUrl, batchUrl)
                        .map(one -> CompletableFuture.supplyAsync(() -> caller.get(one, "Prefer", "wait=60")))
                        .toList();
                List<HttpResponse<Stream<String>>> streams = Stream.of(jobUrl, batchUrl)
                        .map(one -> caller.stream(one + "/events").join())
                        .toList();
                Database others = Database.open(StoreAddress.parse(url), vertx.getOrCreateContext());
                List<JobMessage> jobs = List.of(worker.take(), worker.take());
                // All but the one that says so, others' too: their lanes connect again by themselves.
                try (Connection connection = postgres.getPostgresDatabase().getConnection();
                        Statement statement = connection.createStatement()) {
                    statement.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                            + " WHERE datname = 'postgres' AND pid <> pg_backend_pid()");
                }
                for (JobMessage one : jobs) {
                    assertThat(new JobStore(others).finish(FakeWorker.finished(one, 0, "")).await().now()).isTrue();
                }

                for (CompletableFuture<HttpResponse<String>> one : waiting) {
                    assertThat(one.join().statusCode()).isEqualTo(200);
                    assertThat(Caller.json(one.join()).path("status").asText()).isIn("succeeded", "finished");
                }
                assertThat(streams.get(0).body()).contains("event: succeeded");
                assertThat(streams.get(1).body()).contains("event: finished");
                others.close();
            }
        }
        vertx.close().await();
    }
}
