package dev.penstock.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.local.AdapterStub.Reply;
import dev.penstock.local.pool.Fault;
import dev.penstock.local.pool.FaultRule;
import dev.penstock.local.stack.LocalStack;
import dev.penstock.local.stack.StackConfig;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A pool whose sessions are the original system's adapter, seen as a client sees it: over HTTP. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LegacyPoolTest {
    private static final String BUSY = "Error happened when allocating pod for identifier x in pool y";

    private final AdapterStub adapter = new AdapterStub();
    private final LocalStack stack;
    private final ApiClient client;

    LegacyPoolTest() throws Exception {
        stack = LocalStack.start(StackConfig.temporary(
                Map.of("PENSTOCK_POOL_TARGET", adapter.endpoint().toString(), "PENSTOCK_POOL_DIALECT",
                        "legacy-adapter", "PENSTOCK_SLOTS", "1", "PENSTOCK_MAX_ATTEMPTS", "2",
                        "PENSTOCK_REQUEUE_DELAY", "5ms", "PENSTOCK_REQUEUE_MAX_DELAY", "20ms", "PENSTOCK_RETRY_DELAY",
                        "5ms", "PENSTOCK_RETRY_MAX_DELAY", "20ms", "PENSTOCK_POOL_CONFIRM_INTERVAL", "20ms")));
        client = new ApiClient(stack.gateway(), stack.apiKey());
    }

    @AfterAll
    void stop() {
        client.close();
        stack.close();
        adapter.close();
    }

    @ParameterizedTest(name = "{0} is {1}")
    @MethodSource
    void both_shapes_of_its_answers_become_a_verdict(String body, String verdict, int exitCode) throws Exception {
        adapter.next(new Reply(200, body));
        JsonNode job = client.finished(client.submit("python", "print(1)", Map.of("stdin", "2")));
        assertThat(job.path("status").asText()).as("%s", job).isEqualTo(verdict.equals("ok") ? "succeeded" : "failed");
        assertThat(job.at("/result/verdict").asText()).as("%s", job).isEqualTo(verdict);
        JsonNode stage = job.path("result").path(verdict.equals("compile_error") ? "compile" : "run");
        assertThat(stage.at("/stdout/content").asText()).as("%s", job).isEqualTo("1\n");
        assertThat(stage.path("exitCode").asInt(-1)).as("%s", job).isEqualTo(exitCode);
        assertThat(adapter.asked()).last().satisfies(asked -> {
            assertThat(asked.getString("code")).isEqualTo("print(1)");
            assertThat(asked.getString("stdin")).isEqualTo("2");
        });
    }

    /** The adapter writes {@code run.code || 1}: what succeeded with 1 ended with 0. */
    static Stream<Arguments> both_shapes_of_its_answers_become_a_verdict() {
        return Stream.of(Arguments.of(adapted("Success", 1), "ok", 0), Arguments.of(adapted("Success", 0), "ok", 0),
                Arguments.of(adapted("Failed", 1), "nonzero_exit", 1),
                Arguments.of(adapted("Failed", 3), "nonzero_exit", 3), Arguments.of(piston(0, "null"), "ok", 0),
                Arguments.of(piston(4, "\"RE\""), "nonzero_exit", 4),
                Arguments.of("""
                        {"language":"c++","version":"10.2.0","compile":{"stdout":"1\\n","stderr":"","code":1},\
                        "run":{"stdout":"1\\n","stderr":"","code":1}}""", "compile_error", 1));
    }

    @Test
    void what_it_never_can_is_refused_and_each_test_is_a_call_of_its_own() throws Exception {
        JsonNode refused = client.finished(client.submit("python", "1", Map.of("args", List.of("x"))));
        assertThat(refused.at("/error/code").asText()).as("%s", refused).isEqualTo("refused");

        adapter.next(new Reply(200, adapted("Success", 1)));
        adapter.next(new Reply(200, adapted("Success", 1)));
        JsonNode tested = client.finished(client.submit("python", "1", Map.of("tests",
                List.of(Map.of("id", "1", "stdin", "a", "expectedOutput", "1"),
                        Map.of("id", "2", "stdin", "b", "expectedOutput", "2")))));
        assertThat(tested.at("/result/tests/cases").findValues("passed")).as("%s", tested)
                .map(JsonNode::asBoolean)
                .containsExactly(true, false);
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource
    void its_failures_cost_an_attempt_and_the_next_succeeds(int status, String body) throws Exception {
        adapter.next(new Reply(status, body));
        JsonNode job = afterOneFailure();
        assertThat(job.path("attempt").asInt()).as("%s", job).isEqualTo(2);
    }

    static Stream<Arguments> its_failures_cost_an_attempt_and_the_next_succeeds() {
        return Stream.of(
                Arguments.of(500, "{\"error\":{\"code\":\"InternalServerError\",\"message\":\"Piston API error\"}}"),
                Arguments.of(500, ""), Arguments.of(200, "{}"), Arguments.of(200, "<html>"),
                Arguments.of(200, "{\"properties\":{\"status\":\"Success\"}}"), Arguments.of(503, ""),
                Arguments.of(504, ""));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void a_full_pool_costs_it_nothing(Fault fault) throws Exception {
        stack.pool().faults().add(FaultRule.next(1, fault));
        JsonNode job = afterOneFailure();
        assertThat(job.path("attempt").asInt()).as("%s", job).isEqualTo(1);
        assertThat(job.path("requeues").asInt()).as("%s", job).isPositive();
    }

    static Stream<Fault> a_full_pool_costs_it_nothing() {
        return Stream.of(new Fault.Busy(429), new Fault.Busy(500), new Fault.Busy(404), new Fault.Answer(500, BUSY),
                new Fault.Answer(401, ""), new Fault.Answer(403, ""),
                new Fault.Answer(404, "{\"message\":\"Not Found\"}"));
    }

    private JsonNode afterOneFailure() throws Exception {
        adapter.next(new Reply(200, adapted("Success", 1)));
        JsonNode job = client.finished(client.submit("python", "print(1)"));
        assertThat(job.path("status").asText()).as("%s", job).isEqualTo("succeeded");
        return job;
    }

    private static String adapted(String status, int exitCode) {
        return """
                {"properties":{"status":"%s","stdout":"1\\n","stderr":"","exitCode":%d}}""".formatted(status, exitCode);
    }

    private static String piston(int code, String status) {
        return """
                {"language":"python","version":"3.10.0","run":{"stdout":"1\\n","stderr":"","output":"1\\n","code":%d,\
                "signal":null,"message":null,"status":%s}}""".formatted(code, status);
    }
}
