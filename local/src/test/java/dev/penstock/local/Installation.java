package dev.penstock.local;

import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusReceiverClient;
import com.azure.messaging.servicebus.models.SubQueue;
import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.Json;
import dev.penstock.session.SessionConfig;
import dev.penstock.session.SessionContainer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A whole Penstock of processes, each of which can be killed and comes back at the port that it had; only the session
 * container runs here. Broker and store keep what they have on disk. The pool admits twice as many sessions as the workers
 * are told.
 */
final class Installation implements AutoCloseable {
    static final int MAX_SESSIONS = 4;
    /** Less the headroom. */
    static final int SLOTS = MAX_SESSIONS - 1;
    static final Duration LOCK = Duration.ofSeconds(8);
    private static final String API_KEY = "pk_for-the-installation";
    private static final String ADMIN_KEY = "administrator-of-the-pool";
    private static final String BROKER_KEY = "a2V5LW9mLXRoZS1pbnN0YWxsYXRpb24=";

    private final HttpClient http = HttpClient.newHttpClient();
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final Map<String, PenstockProcess> running = new HashMap<>();
    private final List<PenstockProcess> workers = new ArrayList<>();
    private final Map<String, String> settings = new HashMap<>();
    private final int brokerPort = FreePort.find();
    private final int poolPort = FreePort.find();
    private final int gatewayPort = FreePort.find();
    private final Wire wire = new Wire(brokerPort);

    /** Starts all parts but workers; returns when they are ready. */
    Installation(Path folder, Map<String, String> overrides) throws IOException, InterruptedException {
        parts.push(wire);
        settings.putAll(Map.of("PENSTOCK_SERVICEBUS_PORT", String.valueOf(brokerPort), "PENSTOCK_SERVICEBUS_KEY",
                BROKER_KEY, "PENSTOCK_SERVICEBUS_DATA", folder.resolve("servicebus").toString(), "PENSTOCK_SLOT_LOCK",
                LOCK.toSeconds() + "s", "PENSTOCK_JOB_LOCK", LOCK.toSeconds() + "s"));
        settings.putAll(Map.of("PENSTOCK_POOL_PORT", String.valueOf(poolPort), "PENSTOCK_POOL_TOKEN", "token",
                "PENSTOCK_POOL_ADMIN_KEY", ADMIN_KEY, "PENSTOCK_POOL_ENDPOINT", "http://127.0.0.1:" + poolPort,
                "PENSTOCK_POOL_CONNECT_TIMEOUT", "1s", "PENSTOCK_POOL_CONFIRM_INTERVAL", "50ms",
                "PENSTOCK_POOL_COOLDOWN", "30s"));
        settings.putAll(Map.of("PENSTOCK_GATEWAY_PORT", String.valueOf(gatewayPort), "PENSTOCK_API_KEY", API_KEY,
                "PENSTOCK_STORE", folder.resolve("jobs.db").toString(), "PENSTOCK_PRESENCE_INTERVAL", "500ms",
                "PENSTOCK_SESSION_PORT", "0"));
        settings.putAll(overrides);
        SessionContainer session = SessionContainer.start(SessionConfig.from(settings));
        parts.push(session);
        settings.put("PENSTOCK_POOL_TARGET", "http://127.0.0.1:" + session.port());
        List<PenstockProcess> starting = List.of(launch("servicebus"), launch("pool"), launch("gateway"));
        for (PenstockProcess part : starting) {
            part.readyLine();
        }
    }

    ApiClient client() {
        return new ApiClient(URI.create("http://127.0.0.1:" + gatewayPort), API_KEY);
    }

    /** Between workers and broker. */
    Wire wire() {
        return wire;
    }

    /** Starts a worker; it needn't be ready. */
    PenstockProcess startWorker() throws IOException {
        return startWorker(Map.of());
    }

    /** The same with settings of its own. */
    PenstockProcess startWorker(Map<String, String> overrides) throws IOException {
        Map<String, String> own = new HashMap<>(settings);
        own.putAll(overrides);
        own.put("PENSTOCK_POOL_MAX_SESSIONS", String.valueOf(MAX_SESSIONS));
        own.put("PENSTOCK_SERVICEBUS_CONNECTION_STRING", connectionString(wire.port()));
        PenstockProcess worker = PenstockProcess.start(own, "worker");
        workers.add(worker);
        return worker;
    }

    /** Those that were started and not killed. */
    List<PenstockProcess> workers() {
        return workers;
    }

    void killWorkers() throws InterruptedException {
        workers.forEach(PenstockProcess::kill);
        for (PenstockProcess worker : workers) {
            worker.exitCode();
        }
        workers.clear();
    }

    /** SIGKILL for {@code servicebus}, {@code pool} or {@code gateway}. */
    void kill(String part) throws InterruptedException {
        PenstockProcess process = Objects.requireNonNull(running.get(part), part);
        process.kill();
        process.exitCode();
    }

    /** Starts the part that was killed, on what it had on disk; returns when it is ready. */
    void restart(String part) throws IOException {
        launch(part).readyLine();
    }

    /** What the pool process that runs now tells of itself. */
    JsonNode poolStats() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + poolPort + "/.local/stats"))
                .header("Authorization", "Bearer " + ADMIN_KEY)
                .timeout(Duration.ofSeconds(20))
                .build();
        return Json.MAPPER.readTree(http.send(request, HttpResponse.BodyHandlers.ofString()).body());
    }

    int allocated() throws IOException, InterruptedException {
        return poolStats().at("/sessions/allocated").asInt();
    }

    boolean anyJobIsDeadLettered() {
        try (ServiceBusReceiverClient browser = new ServiceBusClientBuilder()
                .connectionString(connectionString(brokerPort))
                .receiver()
                .queueName("jobs")
                .subQueue(SubQueue.DEAD_LETTER_QUEUE)
                .buildClient()) {
            return browser.peekMessages(1).stream().findAny().isPresent();
        }
    }

    private PenstockProcess launch(String part) throws IOException {
        Map<String, String> own = new HashMap<>(settings);
        own.put("PENSTOCK_POOL_MAX_SESSIONS", String.valueOf(2 * MAX_SESSIONS));
        own.put("PENSTOCK_POOL_READY_SESSIONS", String.valueOf(2 * MAX_SESSIONS - 1));
        own.put("PENSTOCK_SERVICEBUS_CONNECTION_STRING", connectionString(brokerPort));
        PenstockProcess process = PenstockProcess.start(own, part);
        parts.push(process);
        running.put(part, process);
        return process;
    }

    private static String connectionString(int port) {
        return "Endpoint=sb://127.0.0.1:" + port + ";SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey="
                + BROKER_KEY + ";UseDevelopmentEmulator=true";
    }

    @Override
    public void close() throws IOException {
        for (PenstockProcess worker : workers) {
            worker.close();
        }
        while (!parts.isEmpty()) {
            AutoCloseable part = parts.pop();
            try {
                part.close();
            } catch (Exception failed) {
                throw new IllegalStateException("a part did not stop", failed);
            }
        }
        http.close();
    }
}
