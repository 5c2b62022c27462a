package dev.penstock.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The gateway's process is killed while it takes in a batch, and while it cancels one: all of its jobs are there, or ended,
 * or none. Repeat a run with {@code -Dpenstock.batchKill.seed=N}.
 */
class BatchKillTest {
    private static final long SEED = Long.getLong("penstock.batchKill.seed", new Random().nextLong());
    private static final int JOBS = 200;
    private static final int LATEST_MS = 60;
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final String API_KEY = "pk_for-the-batches-of-a-test";
    private static final String BROKER_KEY = "a2V5LW9mLXRoZS1raWxsLWxvb3A=";
    private static final String BATCH = "{\"jobs\":["
            + String.join(",", Collections.nCopies(JOBS, "{\"language\":\"bash\",\"code\":\"true\"}")) + "]}";

    private final Random random = new Random(SEED);
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final Map<String, String> settings = new HashMap<>();
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final int port = FreePort.find();
    private volatile PenstockProcess gateway;
    private AmqpTap tap;
    private int brokerPort;

    @TempDir
    private Path folder = Path.of("");

    @BeforeEach
    void start() throws IOException {
        System.out.println("batch kill: seed " + SEED);
        brokerPort = FreePort.find();
        PenstockProcess broker = PenstockProcess.start(Map.of("PENSTOCK_SERVICEBUS_PORT", String.valueOf(brokerPort),
                "PENSTOCK_SERVICEBUS_KEY", BROKER_KEY), "servicebus");
        parts.push(broker);
        assertThat(broker.readyLine()).contains("ready");
        tap = new AmqpTap(brokerPort);
        parts.push(tap);
        settings.putAll(Map.of("PENSTOCK_SERVICEBUS_CONNECTION_STRING", connectionString(tap.port()),
                "PENSTOCK_GATEWAY_PORT", String.valueOf(port), "PENSTOCK_STORE", folder.resolve("jobs.db").toString(),
                "PENSTOCK_API_KEY", API_KEY, "PENSTOCK_SEND_TIMEOUT", "2s", "PENSTOCK_UPKEEP_INTERVAL", "300ms"));
        startGateway();
        parts.push(() -> gateway.close());
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        while (!parts.isEmpty()) {
            parts.pop().close();
        }
    }

    @Test
    void a_batch_that_was_stored_when_the_gateway_died_is_sent_as_a_whole_and_its_key_leads_to_it() throws Exception {
        CountDownLatch killed = new CountDownLatch(1);
        tap.trap(AmqpTap.Moment.JOB_SENT, 1 + random.nextInt(2), () -> {
            gateway.kill();
            killed.countDown();
        });
        CompletableFuture<HttpResponse<String>> cut = send("POST", "/v1/batches", BATCH);
        assertThat(killed.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).as("the moment came").isTrue();
        assertThat(cut.handle((_, failure) -> failure != null).join()).as("no answer came").isTrue();
        restartGateway();

        HttpResponse<String> repeated = await().atMost(PATIENCE)
                .until(() -> send("POST", "/v1/batches", BATCH).join(), answer -> answer.statusCode() == 202);
        String url = repeated.headers().firstValue("Location").orElseThrow();
        parts.push(new AnsweringWorker(connectionString(brokerPort)));
        await().atMost(PATIENCE).until(() -> counts(url).path("succeeded").asInt() == JOBS);
        assertThat(json(send("GET", "/v1/batches", "").join()).path("batches")).hasSize(1);
    }

    @Test
    void a_batch_that_was_being_cancelled_when_the_gateway_died_is_cancelled_as_a_whole_or_not_at_all()
            throws Exception {
        String url = send("POST", "/v1/batches", BATCH).join().headers().firstValue("Location").orElseThrow();
        CompletableFuture<HttpResponse<String>> cut = send("POST", url + "/cancel", "");
        // The time is what is random here, not what is waited for.
        Thread.sleep(random.nextInt(LATEST_MS));
        gateway.kill();
        boolean answered = cut.handle((_, failure) -> failure == null).join();
        restartGateway();

        int canceled = counts(url).path("canceled").asInt();
        assertThat(canceled).isIn(answered ? JOBS : 0, JOBS);
        assertThat(send("POST", url + "/cancel", "").join().statusCode()).isEqualTo(200);
        assertThat(counts(url).path("canceled").asInt()).isEqualTo(JOBS);
    }

    private JsonNode counts(String url) throws IOException {
        return json(send("GET", url, "").join()).path("counts");
    }

    private CompletableFuture<HttpResponse<String>> send(String method, String path, String body) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + API_KEY)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", "the-batch")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        return client.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    }

    private void startGateway() throws IOException {
        gateway = PenstockProcess.start(settings, "gateway");
        assertThat(gateway.readyLine()).contains("ready");
    }

    private void restartGateway() throws IOException, InterruptedException {
        gateway.exitCode();
        startGateway();
    }

    private static JsonNode json(HttpResponse<String> answer) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Json.MAPPER.readTree(answer.body());
    }

    private static String connectionString(int port) {
        return "Endpoint=sb://127.0.0.1:" + port + ";SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey="
                + BROKER_KEY + ";UseDevelopmentEmulator=true";
    }
}
