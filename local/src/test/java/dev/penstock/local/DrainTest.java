package dev.penstock.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
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
        Running quick = running("sleep 2; echo done");
        first.terminate();
        assertThat(first.exitCode()).as(first.stderr()).isZero();
        assertSucceeded(quick);
        assertThat(penstock.allocated()).isZero();

        PenstockProcess second = worker(SHORT);
        Running slow = running("sleep 40");
        second.terminate();
        assertWentBack(second, slow);
    }

    /** The drain's own deadline is far away: only the second signal can end it. */
    @Test
    void a_second_signal_ends_the_drain_at_once() throws Exception {
        PenstockProcess worker = worker("1h");
        Running slow = running("sleep 40");
        worker.terminate();
        await().atMost(PATIENCE).until(() -> worker.stderr().contains("draining"));
        worker.terminate();
        assertWentBack(worker, slow);
    }

    /** A pool that takes the question what it can run, and says nothing, keeps a worker at its start. */
    @Test
    void a_worker_that_is_not_ready_yet_drains_too() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            PenstockProcess worker = penstock.startWorker(Map.of("PENSTOCK_POOL_ENDPOINT",
                    "http://127.0.0.1:" + silent.getLocalPort(), "PENSTOCK_POOL_CONTROL_TIMEOUT", "1s",
                    "PENSTOCK_POOL_CONFIRM_TIMEOUT", "1s"));
            silent.setSoTimeout(Math.toIntExact(PATIENCE.toMillis()));
            Socket asked = silent.accept();
            worker.terminate();
            assertThat(worker.exitCode()).as(worker.stderr()).isIn(0, 75);
            assertThat(worker.stderr()).contains("drained");
            asked.close();
        }
    }

    @EnabledIfSystemProperty(named = "penstock.outages", matches = "all", disabledReason = "takes a minute; -Dpenstock.outages=all")
    @Test
    void a_broker_that_is_gone_keeps_no_worker_from_stopping() throws Exception {
        List<PenstockProcess> workers = List.of(worker(SHORT), worker(SHORT));
        for (PenstockProcess worker : workers) {
            worker.readyLine();
        }
        // One of them is busy, the other idle.
        Running job = running("sleep 2; echo done");
        penstock.kill("servicebus");
        workers.forEach(PenstockProcess::terminate);
        for (PenstockProcess worker : workers) {
            assertThat(worker.exitCode()).as(worker.stderr()).isIn(0, 75);
        }
        penstock.restart("servicebus");
        PenstockProcess next = worker(SHORT);
        assertSucceeded(job);
        next.terminate();
        assertThat(next.exitCode()).as(next.stderr()).isZero();
    }

    private PenstockProcess worker(String drainTimeout) throws Exception {
        return penstock.startWorker(Map.of("PENSTOCK_DRAIN_TIMEOUT", drainTimeout));
    }

    /** A job that a session runs now, and how often it went back before: a machine that is too slow has leases end first. */
    private record Running(String id, int requeues) {
    }

    private Running running(String code) throws Exception {
        String id = client.submit("bash", code);
        await().atMost(PATIENCE)
                .until(() -> client.job(id).path("status").asText().equals("running")
                        && penstock.poolStats().at("/sessions/executing").asInt() > 0);
        return new Running(id, client.job(id).path("requeues").asInt());
    }

    private void assertWentBack(PenstockProcess worker, Running job) throws Exception {
        assertThat(worker.exitCode()).as(worker.stderr()).isEqualTo(75);
        assertThat(worker.stderr()).as("no identifier opens a session").doesNotContainPattern("-\\d+-[0-9a-f]{32}");
        assertThat(penstock.allocated()).isZero();
        await().atMost(PATIENCE).until(() -> client.job(job.id()).path("requeues").asInt() == job.requeues() + 1);
        JsonNode back = client.job(job.id());
        assertThat(back.path("status").asText()).as("%s", back).isEqualTo("queued");
        assertThat(back.path("attempt").asInt()).as("%s", back).isEqualTo(1);
        assertThat(client.post("/v1/jobs/" + job.id() + "/cancel", "").statusCode()).isEqualTo(200);
    }

    private void assertSucceeded(Running job) throws Exception {
        JsonNode done = client.finished(job.id());
        assertThat(done.path("status").asText()).as("%s", done).isEqualTo("succeeded");
        assertThat(done.at("/result/run/stdout/content").asText()).as("%s", done).isEqualTo("done\n");
        assertThat(done.path("requeues").asInt()).as("%s", done).isEqualTo(job.requeues());
    }
}
