package dev.penstock.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** A worker's process is told to stop while its jobs run. */
class DrainTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TempDir
    private Path folder = Path.of("");

    /** Twice, and a second signal changes nothing. */
    @Test
    void running_jobs_end_or_go_back_and_the_exit_code_says_which() throws Exception {
        try (Installation penstock = new Installation(folder, Map.of("PENSTOCK_DRAIN_TIMEOUT", "4s"));
                ApiClient client = penstock.client()) {
            PenstockProcess first = penstock.startWorker();
            String quick = running(client, "sleep 2; echo done");
            first.terminate();
            first.terminate();
            assertThat(first.exitCode()).as(first.stderr()).isZero();
            assertSucceeded(client.finished(quick), 0);
            assertThat(penstock.allocated()).isZero();

            PenstockProcess second = penstock.startWorker();
            String slow = running(client, "sleep 40");
            second.terminate();
            assertThat(second.exitCode()).as(second.stderr()).isEqualTo(75);
            assertThat(penstock.allocated()).isZero();
            await().atMost(PATIENCE).until(() -> client.job(slow).path("requeues").asInt() == 1);
            JsonNode back = client.job(slow);
            assertThat(back.path("status").asText()).as("%s", back).isEqualTo("queued");
            assertThat(back.path("attempt").asInt()).as("%s", back).isEqualTo(1);
        }
    }

    @EnabledIfSystemProperty(named = "penstock.outages", matches = "all", disabledReason = "takes a minute; -Dpenstock.outages=all")
    @Test
    void a_broker_that_is_gone_keeps_no_worker_from_stopping() throws Exception {
        try (Installation penstock = new Installation(folder, Map.of("PENSTOCK_DRAIN_TIMEOUT", "4s"));
                ApiClient client = penstock.client()) {
            PenstockProcess idle = penstock.startWorker();
            idle.readyLine();
            PenstockProcess busy = penstock.startWorker();
            String job = running(client, "sleep 2; echo done");
            penstock.kill("servicebus");
            idle.terminate();
            busy.terminate();
            assertThat(idle.exitCode()).as(idle.stderr()).isIn(0, 75);
            assertThat(busy.exitCode()).as(busy.stderr()).isIn(0, 75);
            penstock.restart("servicebus");
            penstock.startWorker();
            assertSucceeded(client.finished(job), 0);
        }
    }

    private static String running(ApiClient client, String code) throws Exception {
        String id = client.submit("bash", code);
        await().atMost(PATIENCE).until(() -> client.job(id).path("status").asText().equals("running"));
        return id;
    }

    private static void assertSucceeded(JsonNode job, int requeues) {
        assertThat(job.path("status").asText()).as("%s", job).isEqualTo("succeeded");
        assertThat(job.at("/result/run/stdout/content").asText()).as("%s", job).isEqualTo("done\n");
        assertThat(job.path("requeues").asInt()).as("%s", job).isEqualTo(requeues);
    }
}
