package dev.penstock.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.local.stack.LocalServiceBus;
import dev.penstock.servicebus.EmbeddedServiceBus;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two gateway processes on one PostgreSQL database: one dies, or the database goes away for a while. */
class TwoGatewaysTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String API_KEY = "pk_for-the-two-gateways";
    private static final int JOBS = 12;

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final Map<String, String> settings = new HashMap<>();
    private final int postgresPort = FreePort.find();
    private EmbeddedPostgres postgres;
    private EmbeddedServiceBus broker;
    private HookReceiver hooks;

    @TempDir
    private Path folder = Path.of("");

    private record Running(PenstockProcess process, URI url) {
    }

    @BeforeEach
    void start() throws IOException {
        postgres = startPostgres();
        parts.push(() -> postgres.close());
        broker = LocalServiceBus.start(Map.of("PENSTOCK_SERVICEBUS_PORT", "0", "PENSTOCK_SERVICEBUS_KEY",
                "a2V5LW9mLXR3by1nYXRld2F5cw=="));
        parts.push(broker);
        hooks = new HookReceiver();
        parts.push(hooks);
        settings.putAll(Map.of("PENSTOCK_SERVICEBUS_CONNECTION_STRING", broker.connectionString(),
                "PENSTOCK_GATEWAY_PORT", "0", "PENSTOCK_STORE",
                "postgresql://postgres:@127.0.0.1:" + postgresPort + "/postgres", "PENSTOCK_API_KEY", API_KEY,
                "PENSTOCK_UPKEEP_INTERVAL", "300ms", "PENSTOCK_SEND_TIMEOUT", "2s", "PENSTOCK_SECRET_KEY",
                "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", "PENSTOCK_WEBHOOK_ALLOW_HTTP", "true",
                "PENSTOCK_WEBHOOK_ALLOWED_RANGES", "127.0.0.0/8", "PENSTOCK_WEBHOOK_LOST_AFTER", "5s"));
    }

    @AfterEach
    void stopAll() throws Exception {
        while (!parts.isEmpty()) {
            parts.pop().close();
        }
    }

    @Test
    void who_waits_at_one_gateway_notices_nothing_of_the_others_death() throws Exception {
        Running dying = startGateway();
        Running staying = startGateway();
        try (ApiClient there = new ApiClient(dying.url(), API_KEY);
                ApiClient here = new ApiClient(staying.url(), API_KEY)) {
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < JOBS; i++) {
                ids.add((i % 2 == 0 ? there : here).submit("any", "1"));
            }
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            for (String id : ids) {
                answers.add(here.getAsync("/v1/jobs/" + id, "wait=60"));
                answers.add(here.getAsync("/v1/jobs/" + id + "/events", "respond-async"));
            }
            InsistentFrontend atDying = frontend("dying", dying);
            InsistentFrontend atStaying = frontend("staying", staying);
            await().atMost(PATIENCE).until(() -> atDying.promised().size() > 5 && atStaying.promised().size() > 5);
            dying.process().kill();
            dying.process().exitCode();
            parts.push(new AnsweringWorker(broker.connectionString()));

            for (CompletableFuture<HttpResponse<String>> answer : answers) {
                assertThat(answer.join().statusCode()).isEqualTo(200);
                assertThat(answer.join().body()).contains("\"status\":\"succeeded\"");
            }
            atStaying.stop();
            new Reckoning(here, hooks).settle(atStaying);
            for (String id : atDying.promised()) {
                assertThat(here.finished(id).path("status").asText()).isEqualTo("succeeded");
                await().atMost(PATIENCE).until(() -> hooks.idsOf(id).size() == 1);
            }
        }
    }

    @Test
    void a_database_that_restarts_under_load_loses_nothing_and_is_found_again() throws Exception {
        List<Running> gateways = List.of(startGateway(), startGateway());
        parts.push(new AnsweringWorker(broker.connectionString()));
        List<InsistentFrontend> frontends = new ArrayList<>();
        for (Running gateway : gateways) {
            frontends.add(frontend("f" + frontends.size(), gateway));
        }
        try (ApiClient client = new ApiClient(gateways.getFirst().url(), API_KEY)) {
            await().atMost(PATIENCE).until(() -> frontends.stream().allMatch(one -> one.promised().size() > 10));
            postgres.close();
            HttpResponse<String> refused = client.getAsync("/v1/jobs", "respond-async").join();
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After")).isPresent();
            postgres = startPostgres();
            List<Integer> before = frontends.stream().map(one -> one.promised().size()).toList();
            for (int i = 0; i < frontends.size(); i++) {
                InsistentFrontend one = frontends.get(i);
                int enough = before.get(i) + 10;
                await().atMost(PATIENCE).until(() -> one.promised().size() > enough);
            }
            for (InsistentFrontend one : frontends) {
                one.stop();
                new Reckoning(client, hooks).settle(one);
            }
        }
    }

    private InsistentFrontend frontend(String name, Running gateway) {
        InsistentFrontend frontend = new InsistentFrontend(name, gateway.url(), API_KEY, hooks.url(), new Random(1));
        parts.push(frontend);
        return frontend;
    }

    private EmbeddedPostgres startPostgres() throws IOException {
        return EmbeddedPostgres.builder()
                .setDataDirectory(folder.resolve("postgres"))
                .setCleanDataDirectory(false)
                .setPort(postgresPort)
                .start();
    }

    private Running startGateway() throws IOException {
        PenstockProcess process = PenstockProcess.start(settings, "gateway");
        parts.push(process);
        String line = process.readyLine();
        return new Running(process, URI.create("http://127.0.0.1:" + line.replaceAll(".*?(\\d+)$", "$1")));
    }
}
