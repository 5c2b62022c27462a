package dev.penstock.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.local.stack.LocalStack;
import dev.penstock.local.stack.StackConfig;
import dev.penstock.worker.Worker;
import dev.penstock.worker.WorkerConfig;
import dev.penstock.worker.events.WorkerEvents;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Microsoft's emulator takes 10 connections: a gateway and two workers must do with fewer, since a broken connection may
 * still be counted while its successor opens.
 */
class EmulatorConnectionsTest {
    private static final int EMULATORS_MOST = 10;
    private static final String KEY = "key-of-the-test";
    private static final String TOKEN = "token-of-the-test";

    @Test
    void a_gateway_and_two_workers_leave_a_connection_to_spare_on_the_emulators_queues() throws Exception {
        Vertx vertx = Vertx.vertx();
        Map<String, String> settings = Map.of("PENSTOCK_SERVICEBUS_CONFIG", "../deploy/emulator/Config.json",
                "PENSTOCK_SERVICEBUS_MANAGEMENT_PORT", "0", "PENSTOCK_SERVICEBUS_MANAGEMENT_KEY", KEY,
                "PENSTOCK_POOL_TOKEN", TOKEN, "PENSTOCK_POOL_MAX_SESSIONS", "5", "PENSTOCK_WORKER_MAX_SLOTS", "2");
        try (LocalStack stack = LocalStack.start(StackConfig.temporary(settings));
                Worker second = Worker.start(vertx, secondWorker(settings, stack),
                        new WorkerEvents(new SimpleMeterRegistry()));
                ApiClient client = new ApiClient(stack.gateway(), stack.apiKey())) {
            await().atMost(Duration.ofMinutes(1)).until(() -> second.heldSlots() == 2);
            assertThat(client.finished(client.submit("bash", "echo done")).path("status").asText())
                    .isEqualTo("succeeded");
            assertThat(connections(stack)).isBetween(2, EMULATORS_MOST - 1);
        } finally {
            vertx.close().await();
        }
    }

    private static WorkerConfig secondWorker(Map<String, String> shared, LocalStack stack) {
        Map<String, String> settings = new HashMap<>(shared);
        settings.put("PENSTOCK_SERVICEBUS_CONNECTION_STRING", stack.serviceBusConnectionString());
        settings.put("PENSTOCK_POOL_ENDPOINT", stack.pool().endpoint());
        return WorkerConfig.from(settings);
    }

    private static int connections(LocalStack stack) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            URI metrics = URI.create("http://127.0.0.1:" + stack.serviceBus().managementPort() + "/metrics");
            String text = http.send(HttpRequest.newBuilder(metrics)
                    .timeout(Duration.ofSeconds(20))
                    .header("Authorization", "Bearer " + KEY)
                    .build(), HttpResponse.BodyHandlers.ofString()).body();
            return Integer.parseInt(text.replaceAll("(?s).*\nservicebus_connections (\\d+)\n.*", "$1"));
        }
    }
}
