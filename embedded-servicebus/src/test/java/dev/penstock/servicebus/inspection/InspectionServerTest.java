package dev.penstock.servicebus.inspection;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusMessage;
import dev.penstock.servicebus.EmbeddedServiceBus;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InspectionServerTest {
    private final HttpClient http = HttpClient.newHttpClient();
    private final EmbeddedServiceBus bus = EmbeddedServiceBus.builder()
            .queue("jobs")
            .queue("a/b")
            .managementPort(0, "secret")
            .start();

    @AfterEach
    void close() {
        bus.close();
        http.close();
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder().header("Authorization", "Bearer secret"), path);
    }

    private HttpResponse<String> send(HttpRequest.Builder request, String path)
            throws IOException, InterruptedException {
        return http.send(request.uri(URI.create("http://127.0.0.1:" + bus.managementPort() + path))
                .timeout(Duration.ofSeconds(30))
                .build(), HttpResponse.BodyHandlers.ofString());
    }

    private void sendMessage() {
        try (var sender = new ServiceBusClientBuilder().connectionString(bus.connectionString())
                .sender()
                .queueName("jobs")
                .buildClient()) {
            sender.sendMessage(new ServiceBusMessage("private").setMessageId("id-1"));
        }
    }

    @Test
    void countsAndMessagesAreShownWithoutBodies() throws Exception {
        sendMessage();

        var queues = new JsonObject(get("/queues").body()).getJsonArray("queues");
        var messages = get("/queues/jobs/messages?count=5").body();

        assertThat(queues.getJsonObject(0)).isEqualTo(new JsonObject().put("name", "jobs")
                .put("active", 1)
                .put("locked", 0)
                .put("scheduled", 0)
                .put("deferred", 0)
                .put("deadLettered", 0));
        var message = new JsonObject(messages).getJsonArray("messages").getJsonObject(0);
        assertThat(message.getString("messageId")).isEqualTo("id-1");
        assertThat(message.getLong("sequenceNumber")).isEqualTo(1);
        assertThat(messages).doesNotContain("private");
        assertThat(get("/queues/a%2Fb").statusCode()).isEqualTo(200);
    }

    @Test
    void metricsAreInPrometheusFormat() throws Exception {
        sendMessage();

        assertThat(get("/metrics").body()).contains("# TYPE servicebus_messages gauge")
                .contains("servicebus_messages{queue=\"jobs\",state=\"active\"} 1")
                .contains("servicebus_connections ");
    }

    @Test
    void nothingIsShownWithoutTheKey() throws Exception {
        for (var path : new String[]{"/queues", "/metrics", "/"}) {
            assertThat(send(HttpRequest.newBuilder(), path).statusCode()).isEqualTo(401);
            assertThat(send(HttpRequest.newBuilder().header("Authorization", "Bearer guess"), path).statusCode())
                    .isEqualTo(401);
        }
    }

    @Test
    void whatIsNotThereIsSaid() throws Exception {
        assertThat(get("/queues/nothing").statusCode()).isEqualTo(404);
        assertThat(get("/queues/jobs/nothing").statusCode()).isEqualTo(404);
        assertThat(get("/nothing").statusCode()).isEqualTo(404);

        assertThat(get("/queues/jobs/messages?from=x").statusCode()).isEqualTo(400);
    }
}
