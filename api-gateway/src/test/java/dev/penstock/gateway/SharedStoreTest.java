package dev.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.contracts.JobMessage;
import dev.penstock.contracts.Reply;
import dev.penstock.gateway.store.Database;
import dev.penstock.gateway.store.JobStore;
import dev.penstock.gateway.store.StoreAddress;
import io.vertx.core.Vertx;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several gateways on one PostgreSQL database. */
class SharedStoreTest {
    private static final String JOB = "{\"language\":\"python\",\"code\":\"1\"}";

    private final Vertx vertx = Vertx.vertx();
    private EmbeddedPostgres postgres;
    private GatewayFixture fixture;
    private FakeWorker worker;
    /** As another gateway has it. */
    private Database others;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        postgres = EmbeddedPostgres.start();
        String url = url();
        fixture = GatewayFixture.start(folder, Map.of("PENSTOCK_STORE", url));
        worker = fixture.worker();
        others = Database.open(StoreAddress.parse(url), vertx.getOrCreateContext());
    }

    @AfterEach
    void stop() throws Exception {
        others.close();
        worker.close();
        fixture.close();
        postgres.close();
        vertx.close().await();
    }

    @Test
    void a_client_that_waits_at_one_gateway_wakes_on_a_result_that_another_received() {
        Caller caller = fixture.caller();
        CompletableFuture<HttpResponse<String>> waiting = CompletableFuture
                .supplyAsync(() -> caller.post("/v1/jobs", JOB, "Prefer", "wait=60"));

        finishElsewhere(worker.take());

        assertThat(waiting.join().statusCode()).isEqualTo(200);
        assertThat(Caller.json(waiting.join()).path("status").asText()).isEqualTo("succeeded");
    }

    @Test
    void a_stream_goes_on_at_another_gateway_where_it_was(@TempDir Path folder) {
        String url = submitted(fixture.caller(), "/v1/jobs", JOB);
        JobMessage job = worker.take();
        worker.say(new Reply.Progressed(Reply.VERSION, job.job().id(), Reply.Phase.RUNNING, 1, 0, 0, Instant.now()));
        String running = fixture.caller()
                .stream(url + "/events")
                .join()
                .body()
                .takeWhile(line -> !line.equals("event: running"))
                .filter(line -> line.startsWith("id: "))
                .reduce("", (_, last) -> last)
                .replace("id: ", "");
        try (GatewayFixture other = GatewayFixture.start(folder, Map.of("PENSTOCK_STORE", url()))) {
            var stream = other.caller().stream(url + "/events", "Last-Event-ID", running).join();
            worker.say(FakeWorker.finished(job, 0, ""));

            List<String> lines = stream.body().toList();
            assertThat(lines.stream().filter(line -> line.startsWith("event: "))).containsExactly("event: succeeded");
        }
    }

    private String url() {
        return "postgresql://postgres:@localhost:" + postgres.getPort() + "/postgres";
    }

    @Test
    void clients_notice_nothing_when_the_gateways_connections_to_the_store_are_cut() throws Exception {
        Caller caller = fixture.caller();
        List<String> urls = List.of(submitted(caller, "/v1/jobs", JOB),
                submitted(caller, "/v1/batches", "{\"jobs\":[" + JOB + "]}"));
        List<CompletableFuture<HttpResponse<String>>> waiting = urls.stream()
                .map(url -> CompletableFuture.supplyAsync(() -> caller.get(url, "Prefer", "wait=60")))
                .toList();
        List<HttpResponse<Stream<String>>> streams = urls.stream()
                .map(url -> caller.stream(url + "/events").join())
                .toList();
        List<JobMessage> jobs = List.of(worker.take(), worker.take());

        cutConnections();
        jobs.forEach(this::finishElsewhere);

        for (CompletableFuture<HttpResponse<String>> one : waiting) {
            assertThat(one.join().statusCode()).isEqualTo(200);
            assertThat(Caller.json(one.join()).path("status").asText()).isIn("succeeded", "finished");
        }
        assertThat(streams.get(0).body()).contains("event: succeeded");
        assertThat(streams.get(1).body()).contains("event: finished");
    }

    private static String submitted(Caller caller, String path, String body) {
        return caller.post(path, body).headers().firstValue("Location").orElseThrow();
    }

    private void finishElsewhere(JobMessage job) {
        assertThat(new JobStore(others).finish(FakeWorker.finished(job, 0, "")).await().now()).isTrue();
    }

    /** All but the one that says so, the other gateway's too: its lanes connect again by themselves. */
    private void cutConnections() throws SQLException {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    + " WHERE datname = 'postgres' AND pid <> pg_backend_pid()");
        }
    }
}
