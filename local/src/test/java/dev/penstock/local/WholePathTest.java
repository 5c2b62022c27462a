package dev.penstock.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.local.pool.AnswerKind;
import dev.penstock.local.stack.LocalStack;
import dev.penstock.local.stack.StackConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** HTTP in, HTTP out, and the real Service Bus SDK over TCP between: gateway, broker, worker, pool, session, program. */
class WholePathTest {
    private static final Map<String, String> TWO_SLOTS_OF_FOUR = Map.of("PENSTOCK_SLOTS", "2",
            "PENSTOCK_POOL_MAX_SESSIONS", "4", "PENSTOCK_POOL_READY_SESSIONS", "3");
    private static final int JOBS = 200;

    @Test
    void every_job_succeeds_and_the_pool_never_holds_more_sessions_than_slots() throws Exception {
        try (LocalStack stack = LocalStack.start(StackConfig.temporary(TWO_SLOTS_OF_FOUR))) {
            allSucceed(stack);
            assertThat(stack.pool().stats().peakAllocated()).isEqualTo(2);
            assertThat(stack.pool().stats().answered(AnswerKind.FULL)).isZero();
            assertThat(stack.pool().stats().answered(AnswerKind.NOT_READY)).isZero();
        }
    }

    @Test
    void a_pool_that_refuses_half_of_the_first_requests_delays_jobs_and_fails_none() throws Exception {
        Map<String, String> settings = new HashMap<>(TWO_SLOTS_OF_FOUR);
        settings.put("PENSTOCK_POOL_FAULTS", """
                [{"fault": {"kind": "busy", "status": 429}, "scope": "SESSIONS", "requests": 100, "percent": 50}]""");
        settings.put("PENSTOCK_REQUEUE_MAX_DELAY", "1s");
        try (LocalStack stack = LocalStack.start(StackConfig.temporary(settings))) {
            allSucceed(stack);
            assertThat(stack.pool().stats().peakAllocated()).isLessThanOrEqualTo(2);
            assertThat(stack.pool().stats().answered(AnswerKind.INJECTED)).isPositive();
        }
    }

    @Test
    void bare_code_gets_the_file_name_that_its_language_wants() throws Exception {
        try (LocalStack stack = LocalStack.start(StackConfig.temporary(TWO_SLOTS_OF_FOUR));
                ApiClient client = new ApiClient(stack.gateway(), stack.apiKey())) {
            String id = client.submit("java",
                    "class Main { public static void main(String[] a) { System.out.print(6 * 7); } }");
            JsonNode job = client.finished(id);
            assertThat(job.at("/result/run/stdout/content").asText()).as("%s", job).isEqualTo("42");
        }
    }

    @Test
    void a_program_with_tests_is_one_job_in_one_session() throws Exception {
        try (LocalStack stack = LocalStack.start(StackConfig.temporary(TWO_SLOTS_OF_FOUR));
                ApiClient client = new ApiClient(stack.gateway(), stack.apiKey())) {
            long forwarded = stack.pool().stats().answered(AnswerKind.FORWARDED);
            List<Map<String, String>> tests = List.of(Map.of("id", "one", "stdin", "1 2", "expectedOutput", "3"),
                    Map.of("id", "two", "stdin", "2 2", "expectedOutput", "5"), Map.of("id", "three", "stdin", "1 0"));
            String id = client.submit("bash", "read a b; echo $((a + b))", Map.of("tests", tests));
            JsonNode job = client.finished(id);

            assertThat(job.path("status").asText()).as("%s", job).isEqualTo("succeeded");
            assertThat(job.path("passed").asBoolean(true)).as("%s", job).isFalse();
            assertThat(job.at("/result/tests/passed").asInt()).as("%s", job).isEqualTo(2);
            assertThat(job.at("/result/tests/cases")).extracting(one -> one.at("/run/stdout/content").asText())
                    .containsExactly("3\n", "4\n", "1\n");
            assertThat(stack.pool().stats().answered(AnswerKind.FORWARDED) - forwarded).isEqualTo(1);
        }
    }

    private static void allSucceed(LocalStack stack) throws Exception {
        try (ApiClient client = new ApiClient(stack.gateway(), stack.apiKey())) {
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < JOBS; i++) {
                ids.add(client.submit("bash", "echo " + i));
            }
            for (int i = 0; i < JOBS; i++) {
                JsonNode job = client.finished(ids.get(i));
                assertThat(job.path("status").asText()).as("%s", job).isEqualTo("succeeded");
                assertThat(job.at("/result/run/stdout/content").asText()).isEqualTo(i + "\n");
                assertThat(job.path("attempt").asInt()).isEqualTo(1);
            }
        }
        assertThat(stack.serviceBus().queue("jobs").counts().deadLettered()).isZero();
        assertThat(stack.serviceBus().queue("results").counts().deadLettered()).isZero();
    }
}
