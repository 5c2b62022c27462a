package dev.penstock.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each part in a process of its own, started by the command line. */
class SeparateProcessesTest {
    private static final String API_KEY = "pk_for-this-test-only";

    private final Map<String, String> environment = new HashMap<>(
            Map.of("PENSTOCK_SERVICEBUS_KEY", "c2VjcmV0LW9mLXRoZS10ZXN0",
                    "PENSTOCK_POOL_TOKEN", "token-of-the-test", "PENSTOCK_API_KEY", API_KEY, "PENSTOCK_SLOTS", "1",
                    "PENSTOCK_POOL_MAX_SESSIONS", "4"));
    private final Deque<PenstockProcess> processes = new ArrayDeque<>();

    @TempDir
    private Path folder = Path.of("");

    @AfterEach
    void stopAll() throws IOException {
        while (!processes.isEmpty()) {
            processes.pop().close();
        }
    }

    @Test
    void a_job_whose_worker_is_killed_is_run_again_by_another_and_ends_once() throws Exception {
        URI gateway = startAllButWorker();
        PenstockProcess first = start("worker");
        try (ApiClient client = new ApiClient(gateway, API_KEY)) {
            String id = client.submit("bash", "read -t 3 < <(sleep 3); echo done");
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> client.job(id).path("status").asText().equals("running"));
            first.kill();
            first.exitCode();
            start("worker");

            JsonNode job = client.finished(id);
            assertThat(job.path("status").asText()).as("%s", job).isEqualTo("succeeded");
            assertThat(job.at("/result/run/stdout/content").asText()).isEqualTo("done\n");
        }
    }

    @Test
    void each_part_stops_cleanly_when_told_to() throws Exception {
        startAllButWorker();
        assertThat(start("worker").readyLine()).isEqualTo("penstock worker: ready");
        while (!processes.isEmpty()) {
            try (PenstockProcess process = processes.pop()) {
                process.terminate();
                assertThat(process.exitCode()).as(process.stderr()).isZero();
            }
        }
    }

    @Test
    void all_that_is_wrong_with_the_settings_is_told_at_once() throws Exception {
        try (PenstockProcess worker = PenstockProcess.start(Map.of("PENSTOCK_SLOTS", "none"), "worker")) {
            assertThat(worker.exitCode()).isEqualTo(78);
            assertThat(worker.stderr()).contains("PENSTOCK_SLOTS must be a whole number",
                    "PENSTOCK_POOL_ENDPOINT is missing",
                    "PENSTOCK_SERVICEBUS_CONNECTION_STRING");
        }
    }

    private URI startAllButWorker() throws IOException {
        environment.put("PENSTOCK_SERVICEBUS_CONNECTION_STRING",
                connectionString(port(start("servicebus", "--port", "0"))));
        environment.put("PENSTOCK_POOL_TARGET", "http://127.0.0.1:" + port(start("session", "--port", "0")));
        environment.put("PENSTOCK_POOL_ENDPOINT", "http://127.0.0.1:" + port(start("pool", "--port", "0")));
        environment.put("PENSTOCK_STORE", folder.resolve("jobs.db").toString());
        return URI.create("http://127.0.0.1:" + port(start("gateway", "--port", "0")));
    }

    private String connectionString(int port) {
        return "Endpoint=sb://127.0.0.1:" + port + ";SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey="
                + environment.get("PENSTOCK_SERVICEBUS_KEY") + ";UseDevelopmentEmulator=true";
    }

    /** Every ready line ends in the port, or in a URL that ends in it. */
    private static int port(PenstockProcess process) throws IOException {
        String line = process.readyLine();
        return Integer.parseInt(line.replaceAll(".*?(\\d+)$", "$1"));
    }

    private PenstockProcess start(String... arguments) throws IOException {
        PenstockProcess process = PenstockProcess.start(environment, arguments);
        processes.push(process);
        return process;
    }
}
