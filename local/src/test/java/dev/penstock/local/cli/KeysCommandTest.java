package dev.penstock.local.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.contracts.Queues;
import dev.penstock.gateway.Gateway;
import dev.penstock.gateway.process.GatewayConfig;
import dev.penstock.gateway.process.GatewayEvents;
import dev.penstock.servicebus.EmbeddedServiceBus;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A key's life, by the commands, beside a gateway of the same store. */
class KeysCommandTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    private Path folder = Path.of("");

    @Test
    void a_key_is_made_used_within_its_scope_listed_and_revoked() throws Exception {
        var broker = EmbeddedServiceBus.builder();
        Queues.unprefixed()
                .specs()
                .forEach(queue -> broker.queue(queue.name(),
                        options -> options.requiresSession(queue.requiresSession())));
        Vertx vertx = Vertx.vertx();
        try (EmbeddedServiceBus bus = broker.start();
                Gateway gateway = Gateway.start(vertx, GatewayConfig.from(Map.of(
                        "PENSTOCK_SERVICEBUS_CONNECTION_STRING", bus.connectionString(), "PENSTOCK_GATEWAY_PORT", "0",
                        "PENSTOCK_STORE", store())), new GatewayEvents(new SimpleMeterRegistry()))) {
            String reader = keys("create", "--tenant", "acme", "--name", "dashboard", "--scope", "READ");
            String both = keys("create", "--tenant", "acme", "--scope", "READ", "--scope", "WRITE");

            assertThat(status(gateway, both, "POST")).isEqualTo(202);
            assertThat(status(gateway, reader, "GET")).isEqualTo(200);
            assertThat(status(gateway, reader, "POST")).as("out of its scope").isEqualTo(403);

            List<String> listed = keys("list").lines().toList();
            assertThat(listed).hasSize(2)
                    .anySatisfy(line -> assertThat(line).contains("\tacme\tread\tvalid\tdashboard"))
                    .anySatisfy(line -> assertThat(line).contains("\tacme\tread,write\tvalid"));
            assertThat(String.join("\n", listed)).doesNotContain(reader).doesNotContain(both);

            String id = listed.stream()
                    .filter(line -> line.contains("dashboard"))
                    .findFirst()
                    .orElseThrow()
                    .split("\t")[0];
            keys("revoke", id);
            await().atMost(PATIENCE).until(() -> status(gateway, reader, "GET") == 401);
            assertThat(status(gateway, both, "GET")).isEqualTo(200);
            assertThat(keys("list")).contains(id + "\tacme\tread\trevoked ");
        } finally {
            vertx.close().await();
        }
    }

    private String store() {
        return folder.resolve("jobs.db").toString();
    }

    /** What the command printed, without the end of the line. */
    private String keys(String... words) {
        List<String> arguments = new ArrayList<>(List.of("keys"));
        arguments.addAll(List.of(words));
        arguments.addAll(List.of("--store", store()));
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            assertThat(Penstock.commandLine().execute(arguments.toArray(String[]::new))).isZero();
        } finally {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8).strip();
    }

    private int status(Gateway gateway, String key, String method) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest
                .newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + "/v1/jobs"))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json");
        String job = "{\"language\": \"python\", \"code\": \"1\"}";
        return client.send(method.equals("GET")
                ? request.GET().build()
                : request.POST(HttpRequest.BodyPublishers.ofString(job)).build(),
                HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
