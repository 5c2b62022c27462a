package dev.penstock.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.Json;
import dev.penstock.local.stack.LocalServiceBus;
import dev.penstock.servicebus.EmbeddedServiceBus;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The disk of a gateway's SQLite file is full for a while. */
class FullDiskTest {
    private static final String API_KEY = "pk_for-the-full-disk";
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int MOST_JOBS = 200;

    @TempDir
    private Path folder = Path.of("");
    private Path disk = Path.of("");

    @BeforeEach
    void mount() throws Exception {
        disk = Files.createDirectory(folder.resolve("disk"));
        assumeThat(run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk.toString()))
                .as("mounting a small disk needs root")
                .isZero();
    }

    @AfterEach
    void unmount() throws Exception {
        run("umount", "-l", disk.toString());
    }

    @Test
    void jobs_are_refused_while_the_disk_is_full_and_nothing_accepted_is_lost() throws Exception {
        try (EmbeddedServiceBus broker = LocalServiceBus.start(
                Map.of("PENSTOCK_SERVICEBUS_PORT", "0", "PENSTOCK_SERVICEBUS_KEY", "a2V5LW9mLWZ1bGwtZGlzaw=="));
                PenstockProcess gateway = startGateway(broker)) {
            String line = gateway.readyLine();
            URI url = URI.create("http://127.0.0.1:" + line.replaceAll(".*?(\\d+)$", "$1"));
            try (ApiClient client = new ApiClient(url, API_KEY)) {
                Path filler = Files.write(disk.resolve("filler"), new byte[6 << 20]);
                List<String> accepted = new ArrayList<>();
                HttpResponse<String> refused = submitUntilRefused(client, accepted);

                assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
                assertThat(Json.MAPPER.readTree(refused.body()).path("type").asText())
                        .isEqualTo("urn:penstock:problem:unavailable");
                assertThat(refused.headers().firstValue("Retry-After")).isPresent();
                assertThat(client.job(accepted.getFirst()).path("status").asText()).isEqualTo("queued");

                Files.delete(filler);
                await().atMost(PATIENCE).until(() -> submit(client).statusCode() == 202);
                try (AnsweringWorker _ = new AnsweringWorker(broker.connectionString())) {
                    for (String id : accepted) {
                        JsonNode job = client.finished(id);
                        assertThat(job.path("status").asText()).as("%s", job).isEqualTo("succeeded");
                    }
                }
            }
        }
    }

    private static HttpResponse<String> submitUntilRefused(ApiClient client, List<String> accepted) throws Exception {
        for (int i = 0; i < MOST_JOBS; i++) {
            HttpResponse<String> answer = submit(client);
            if (answer.statusCode() != 202) {
                return answer;
            }
            accepted.add(Json.MAPPER.readTree(answer.body()).path("id").asText());
        }
        throw new AssertionError("the disk never got full");
    }

    private static HttpResponse<String> submit(ApiClient client) throws Exception {
        return client.post("/v1/jobs", Json.MAPPER.writeValueAsString(
                Map.of("language", "any", "code", "x".repeat(100_000))));
    }

    private PenstockProcess startGateway(EmbeddedServiceBus broker) throws IOException {
        return PenstockProcess.start(Map.of("PENSTOCK_SERVICEBUS_CONNECTION_STRING", broker.connectionString(),
                "PENSTOCK_GATEWAY_PORT", "0", "PENSTOCK_STORE", disk.resolve("jobs.db").toString(),
                "PENSTOCK_API_KEY", API_KEY), "gateway");
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}
