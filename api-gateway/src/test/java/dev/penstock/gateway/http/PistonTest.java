package dev.penstock.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.JobMessage;
import dev.penstock.contracts.Output;
import dev.penstock.contracts.ProgramResult;
import dev.penstock.contracts.Reply;
import dev.penstock.contracts.StageResult;
import dev.penstock.contracts.Verdict;
import dev.penstock.gateway.Caller;
import dev.penstock.gateway.FakeWorker;
import dev.penstock.gateway.GatewayFixture;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
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
        assertThat(answer.join().headers().firstValue("RateLimit-Policy")).isPresent();
        assertThat(body.path("language").asText()).isEqualTo("python");
        assertThat(body.path("version").asText()).isEqualTo("1.0");
        assertThat(body.at("/run/stdout").asText()).isEqualTo("1\n");
        assertThat(body.at("/run/output").asText()).isEqualTo("1\n");
        assertThat(body.at("/run/code").asInt()).isEqualTo(3);
        assertThat(body.at("/run/status").asText()).isEqualTo("RE");
        assertThat(body.path("run").propertyStream().map(Map.Entry::getKey)).containsExactlyInAnyOrder("stdout",
                "stderr", "output", "code", "signal", "message", "status", "cpu_time", "wall_time", "memory");
        assertThat(body.at("/run/signal").isNull()).isTrue();
        assertThat(body.at("/run/message").isNull()).isTrue();
        assertThat(body.has("compile")).isFalse();
    }

    @Test
    void the_version_is_the_one_that_ran_and_a_failed_compile_step_stands_for_the_run() {
        CompletableFuture<HttpResponse<String>> answer = CompletableFuture.supplyAsync(() -> caller.post(
                "/api/v2/execute",
                "{\"language\": \"bash\", \"version\": \"*\", \"files\": [{\"content\": \"x\"}]}"));
        JobMessage job = worker.take();
        StageResult compile = new StageResult(1, null, Output.EMPTY, Output.of("wrong"), 12L, 11L, 10L);
        Instant now = Instant.now();
        worker.say(Reply.Finished.ran(job, new ProgramResult(Verdict.COMPILE_ERROR, null, compile, null)
                .withVersion("1.0.7"), now, now));

        JsonNode body = Caller.json(answer.join());
        assertThat(body.path("version").asText()).isEqualTo("1.0.7");
        assertThat(body.at("/compile/stderr").asText()).isEqualTo("wrong");
        assertThat(body.at("/compile/code").asInt()).isEqualTo(1);
        assertThat(body.path("run")).isEqualTo(body.path("compile"));
    }

    @Test
    void a_program_that_was_stopped_was_killed_as_with_piston() {
        CompletableFuture<HttpResponse<String>> answer = CompletableFuture.supplyAsync(() -> caller.post(
                "/api/v2/execute",
                "{\"language\": \"python\", \"version\": \"^1.0\", \"files\": [{\"content\": \"x\"}]}"));
        JobMessage job = worker.take();
        StageResult run = new StageResult(null, null, Output.EMPTY, Output.EMPTY, 12L, null, null);
        Instant now = Instant.now();
        worker.say(Reply.Finished.ran(job, new ProgramResult(Verdict.TIME_LIMIT, "stopped after 1 s", null, run), now,
                now));

        JsonNode body = Caller.json(answer.join());
        assertThat(body.path("version").asText()).as("the announced one").isEqualTo("1.0");
        assertThat(body.at("/run/signal").asText()).isEqualTo("SIGKILL");
        assertThat(body.at("/run/code").isNull()).isTrue();
        assertThat(body.at("/run/status").asText()).isEqualTo("TO");
        assertThat(body.at("/run/message").asText()).isEqualTo("stopped after 1 s");
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
        assertThat(Caller.json(refused).path("message").asText()).as("what Piston's clients show")
                .contains(Caller.json(refused).at("/errors/0/detail").asText());
    }

    @Test
    void a_job_that_the_platform_gave_up_is_answered_503_and_when_to_try_again() {
        CompletableFuture<HttpResponse<String>> answer = CompletableFuture.supplyAsync(() -> caller.post(
                "/api/v2/execute",
                "{\"language\": \"python\", \"version\": \"*\", \"files\": [{\"content\": \"x\"}]}"));
        caller.post("/v1/jobs/" + worker.take().job().id() + "/cancel", "");

        assertThat(answer.join().statusCode()).isEqualTo(503);
        assertThat(answer.join().headers().firstValue("Retry-After")).hasValue("5");
        assertThat(Caller.json(answer.join()).path("message").asText()).isEqualTo("The job was cancelled.");
    }

    @Test
    void a_job_that_takes_too_long_is_answered_504_with_its_url(@TempDir Path folder) {
        try (GatewayFixture impatient = GatewayFixture.start(folder, Map.of("PENSTOCK_MAX_WAIT", "1s"))) {
            HttpResponse<String> answer = impatient.caller()
                    .post("/api/v2/execute",
                            "{\"language\":\"python\",\"version\":\"*\",\"files\":[{\"content\":\"1\"}]}");

            assertThat(answer.statusCode()).isEqualTo(504);
            assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
            assertThat(Caller.json(answer).path("message")).isEqualTo(Caller.json(answer).path("detail"));
            String url = Caller.json(answer).path("job").asText();
            assertThat(Caller.json(impatient.caller().get(url)).path("status").asText()).isEqualTo("queued");
        }
    }
}
