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
import java.util.Map;
import java.util.concurrent.CompletableFuture;
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
}
