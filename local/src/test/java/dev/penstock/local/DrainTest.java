package dev.penstock.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** A worker's process is told to stop while its jobs run. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DrainTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final String SHORT = "4s";

    private Installation penstock;
    private ApiClient client;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        penstock = new Installation(folder, Map.of());
        client = penstock.client();
    }

    @AfterAll
    void stop() throws Exception {
        client.close();
        penstock.close();
    }

    @Test
    void running_jobs_end_or_go_back_and_the_exit_code_says_which() throws Exception {
        PenstockProcess first = worker(SHORT);
        String quick = running("sleep 2; echo done");
        first.terminate();
        assertThat(first.exitCode()).as(first.stderr()).isZero();
        assertSucceeded(client.finished(quick));
        assertThat(penstock.allocated()).isZero();

        PenstockProcess second = worker(SHORT);
        String slow = running("sleep 40");
        second.terminate();
        assertWentBack(second, slow);
    }

    /** The drain's own deadline is far away: only the second signal can end it. */
    @Test
    void a_second_signal_ends_the_drain_at_once() throws Exception {
        PenstockProcess worker = worker("1h");
        String slow = running("sleep 40");
        worker.terminate();
        await().atMost(PATIENCE).until(() -> worker.stderr().contains("draining"));
        worker.terminate();
        assertWentBack(worker, slow);
    }

    @EnabledIfSystemProperty(named = "penstock.outages", matches = "all", disabledReason = "takes a minute; -Dpenstock.outages=all")
    @Test
    void a_broker_that_is_gone_keeps_no_worker_from_stopping() throws Exception {
        List<PenstockProcess> workers = List.of(worker(SHORT), worker(SHORT));
        for (PenstockProcess worker : workers) {
            worker.readyLine();
        }
        // One of them is busy, the other idle.
        String job = running("sleep 2; echo done");
        penstock.kill("servicebus");
        workers.forEach(PenstockProcess::terminate);
        for (PenstockProcess worker : workers) {
            assertThat(worker.exitCode()).as(worker.stderr()).isIn(0, 75);
        }
        penstock.restart("servicebus");
        PenstockProcess next = worker(SHORT);
        assertSucceeded(client.finished(job));
        next.terminate();
        assertThat(next.exitCode()).as(next.stderr()).isZero();
    }

    private PenstockProcess worker(String drainTimeout) throws Exception {
        return penstock.startWorker(Map.of("PENSTOCK_DRAIN_TIMEOUT", drainTimeout));
    }

    private String running(String code) throws Exception {
        String id = client.submit("bash", code);
        await().atMost(PATIENCE).until(() -> client.job(id).path("status").asText().equals("running"));
        return id;
    }

    private void assertWentBack(PenstockProcess worker, String jobId) throws Exception {
        assertThat(worker.exitCode()).as(worker.stderr()).isEqualTo(75);
        assertThat(penstock.allocated()).isZero();
        await().atMost(PATIENCE).until(() -> client.job(jobId).path("requeues").asInt() == 1);
        JsonNode back = client.job(jobId);
        assertThat(back.path("status").asText()).as("%s", back).isEqualTo("queued");
        assertThat(back.path("attempt").asInt()).as("%s", back).isEqualTo(1);
        assertThat(client.post("/v1/jobs/" + jobId + "/cancel", "").statusCode()).isEqualTo(200);
    }

    private static void assertSucceeded(JsonNode job) {
        assertThat(job.path("status").asText()).as("%s", job).isEqualTo("succeeded");
        assertThat(job.at("/result/run/stdout/content").asText()).as("%s", job).isEqualTo("done\n");
        assertThat(job.path("requeues").asInt()).as("%s", job).isZero();
    }
}
