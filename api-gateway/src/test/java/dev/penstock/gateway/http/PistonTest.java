package dev.penstock.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.JobMessage;
import dev.penstock.gateway.Caller;
import dev.penstock.gateway.FakeWorker;
import dev.penstock.gateway.GatewayFixture;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients of Piston send and expect. */
@TestInstance(Lifecycle.PER_CLASS)
class PistonTest {
    private GatewayFixture fixture;
    private Caller caller;
    private FakeWorker worker;

    @BeforeAll
    void start(@TempDir Path folder) {
        fixture = GatewayFixture.start(folder, Map.of("PENSTOCK_MAX_WAIT", "20s"));
        caller = fixture.caller();
        worker = fixture.worker();
        worker.announce("python", "bash");
        await().atMost(Duration.ofSeconds(30)).until(() -> Caller.json(caller.get("/api/v2/runtimes")).size() == 2);
    }

    @AfterAll
    void stop() {
        worker.close();
        fixture.close();
    }

    @Test
    void a_program_is_run_and_answered_in_pistons_shape() {
        CompletableFuture<HttpResponse<String>> answer = CompletableFuture.supplyAsync(() -> caller.post(
                "/api/v2/execute",
                """
                        {"language": "python", "version": "1", "files": [{"content": "print(1)"},
                         {"name": "x.bin", "content": "00ff", "encoding": "hex"}], "stdin": "in", "args": ["a"],
                         "run_timeout": 1500, "run_memory_limit": -1, "compile_timeout": 10000}"""));
        JobMessage job = worker.take();
        worker.say(FakeWorker.finished(job, 3, "1\n"));

        assertThat(job.job().program().version()).isEqualTo("1.0");
        assertThat(job.job().program().limits().wallTimeMs()).isEqualTo(1_500);
        assertThat(job.job().program().limits().memoryBytes()).isNull();
        assertThat(job.job().program().files().get(1).bytes()).isEqualTo(new byte[]{0, (byte) 0xff});
        JsonNode body = Caller.json(answer.join());
        assertThat(answer.join().statusCode()).as(answer.join().body()).isEqualTo(200);
        assertThat(body.path("language").asText()).isEqualTo("python");
        assertThat(body.path("version").asText()).isEqualTo("1.0");
        assertThat(body.at("/run/stdout").asText()).isEqualTo("1\n");
        assertThat(body.at("/run/output").asText()).isEqualTo("1\n");
        assertThat(body.at("/run/code").asInt()).isEqualTo(3);
        assertThat(body.at("/run/status").asText()).isEqualTo("RE");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"language\":\"cobol\",\"version\":\"*\",\"files\":[{\"content\":\"\"}]}",
            "{\"language\":\"python\",\"version\":\"9\",\"files\":[{\"content\":\"\"}]}",
            "{\"language\":\"python\",\"version\":\"*\",\"files\":[]}",
            "{\"language\":\"python\",\"version\":\"*\",\"files\":[{\"name\":\"../x\",\"content\":\"\"}]}",
            "{\"language\":\"python\",\"version\":\"*\",\"files\":[{\"content\":\"zz\",\"encoding\":\"hex\"}]}",
            "{\"language\":\"python\",\"version\":\"*\",\"files\":[{\"content\":\"\"}],\"run_timeout\":-2}"})
    void a_wrong_request_is_answered_400(String body) {
        HttpResponse<String> refused = caller.post("/api/v2/execute", body);

        assertThat(refused.statusCode()).as(body)
                .isEqualTo(400);
        assertThat(Caller.json(refused).path("errors")).isNotEmpty();
    }

    @Test
    void a_job_that_takes_too_long_is_answered_504_with_its_url(@TempDir Path folder) {
        try (GatewayFixture impatient = GatewayFixture.start(folder, Map.of("PENSTOCK_MAX_WAIT", "1s"))) {
            HttpResponse<String> answer = impatient.caller()
                    .post("/api/v2/execute",
                            "{\"language\":\"python\",\"version\":\"*\",\"files\":[{\"content\":\"1\"}]}");

            assertThat(answer.statusCode()).isEqualTo(504);
            String url = Caller.json(answer).path("job").asText();
            assertThat(Caller.json(impatient.caller().get(url)).path("status").asText()).isEqualTo("queued");
        }
    }
}
