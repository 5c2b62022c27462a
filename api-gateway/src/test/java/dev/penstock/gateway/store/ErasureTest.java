package dev.penstock.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.JobMessage;
import dev.penstock.contracts.Reply;
import dev.penstock.gateway.Caller;
import dev.penstock.gateway.FakeWorker;
import dev.penstock.gateway.GatewayFixture;
import dev.penstock.gateway.Proxy;
import io.vertx.core.Vertx;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nothing of an erased job or batch is left in any table of the store. */
class ErasureTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** In everything that a caller, a program or a receiver of webhooks says here. */
    private static final String MARK = "zebra";
    private static final String JOB = """
            {"language": "python", "files": [{"name": "zebra.py", "content": "zebra"}], "args": ["zebra"],
             "tests": [{"id": "zebra", "stdin": "zebra", "expectedOutput": "zebra"}], "labels": {"zebra": "zebra"},
             "webhook": {"url": "http://127.0.0.1:1/zebra", "secrets": ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]}}""";

    private final Vertx vertx = Vertx.vertx();

    @TempDir
    Path folder;

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    @ParameterizedTest
    @EnumSource
    void an_erased_job_leaves_nothing_behind(TestStore kind) throws InterruptedException {
        erasesAllOf(kind, "/v1/jobs", JOB, 1, "results", "jobs", "job_labels", "webhooks", "deliveries",
                "delivery_attempts", "idempotency_keys");
    }

    @ParameterizedTest
    @EnumSource
    void an_erased_batch_leaves_nothing_behind(TestStore kind) throws InterruptedException {
        String batch = "{\"jobs\": [" + JOB + "," + JOB + "]," + JOB.substring(JOB.indexOf("\"labels\""));
        erasesAllOf(kind, "/v1/batches", batch, 2, "batches", "results", "webhooks");
    }

    private void erasesAllOf(TestStore kind, String path, String body, int jobs, String... tables)
            throws InterruptedException {
        StoreAddress address = kind.fresh(folder);
        try (GatewayFixture fixture = GatewayFixture.start(folder, settings(address));
                FakeWorker worker = fixture.worker()) {
            Caller caller = fixture.caller();
            String url = submitted(caller.post(path, body, "Idempotency-Key", MARK));
            for (int i = 0; i < jobs; i++) {
                work(worker);
            }
            awaitAttempt(caller, url);
            assertThat(traces(address, id(url))).as("before").contains(tables);

            assertThat(delete(caller, url)).isEqualTo(204);
            assertThat(traces(address, id(url))).isEmpty();
        }
    }

    /** The code of a job that is still to be sent is in the store. */
    @ParameterizedTest
    @EnumSource
    void an_erased_job_that_was_never_sent_leaves_nothing_behind(TestStore kind) throws InterruptedException {
        StoreAddress address = kind.fresh(folder);
        Map<String, String> settings = new HashMap<>(settings(address));
        settings.put("PENSTOCK_SEND_TIMEOUT", "1s");
        try (Proxy proxy = Proxy.start(); GatewayFixture fixture = GatewayFixture.start(folder, settings, proxy)) {
            proxy.cut();
            Caller caller = fixture.caller();
            String url = Caller.json(caller.post("/v1/jobs", JOB, "Idempotency-Key", MARK)).path("job").asText();
            assertThat(traces(address, id(url))).as("before").contains("outbox");

            assertThat(delete(caller, url)).isEqualTo(204);
            assertThat(traces(address, id(url))).isEmpty();
        }
    }

    private static Map<String, String> settings(StoreAddress address) {
        String store = switch (address) {
            case StoreAddress.SqliteFile(Path file) -> file.toString();
            case StoreAddress.Postgres postgres ->
                postgres.jdbcUrl().replace("jdbc:", "").replace("//", "//postgres:@");
        };
        return Map.of("PENSTOCK_STORE", store, "PENSTOCK_WEBHOOK_ALLOW_HTTP", "true",
                "PENSTOCK_WEBHOOK_ALLOWED_RANGES", "127.0.0.0/8", "PENSTOCK_SECRET_KEY",
                Base64.getEncoder().encodeToString(new byte[32]));
    }

    /** One test passes as it should and all output bears the mark. */
    private static void work(FakeWorker worker) {
        JobMessage job = worker.take();
        worker.say(new Reply.Progressed(Reply.VERSION, job.job().id(), Reply.Phase.RUNNING, 1, 0, 0, Instant.now()));
        worker.say(FakeWorker.tested(job));
    }

    private static void awaitAttempt(Caller caller, String url) {
        await().atMost(PATIENCE).until(() -> {
            JsonNode log = Caller.json(caller.get(url + "/deliveries"));
            return log.at("/deliveries/0/attempts/0/attempt").asInt() == 1;
        });
    }

    private static String submitted(HttpResponse<String> accepted) {
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
        return accepted.headers().firstValue("Location").orElseThrow();
    }

    private static int delete(Caller caller, String url) {
        return caller.send(caller.request(url).method("DELETE", HttpRequest.BodyPublishers.noBody())).statusCode();
    }

    private static String id(String url) {
        return url.substring(url.lastIndexOf('/') + 1);
    }

    /** The tables with a row that bears the mark or any id of what was submitted: all ids but for the prefix. */
    private List<String> traces(StoreAddress address, String id) throws InterruptedException {
        Database store = Database.openBesideGateway(address, vertx.getOrCreateContext());
        try {
            return store.readers().submit(sql -> {
                String tables = address instanceof StoreAddress.SqliteFile
                        ? "SELECT name FROM sqlite_master WHERE type = 'table'"
                        : "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'";
                List<String> found = new ArrayList<>();
                for (String table : sql.query(tables, row -> row.getString(1))) {
                    List<String> rows = sql.query("SELECT * FROM \"" + table + '"', ErasureTest::text);
                    if (rows.stream()
                            .anyMatch(row -> row.contains(MARK) || row.contains("job_") || row.contains("bat_")
                                    || row.contains(id.substring(4)))) {
                        found.add(table);
                    }
                }
                return found.stream().filter(table -> !table.startsWith("flyway")).toList();
            }).await();
        } finally {
            store.close();
        }
    }

    private static String text(ResultSet row) throws SQLException {
        StringBuilder text = new StringBuilder();
        for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
            Object value = row.getObject(i);
            text.append(value instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : value).append(' ');
        }
        return text.toString();
    }
}
