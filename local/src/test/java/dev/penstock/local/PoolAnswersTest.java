package dev.penstock.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.local.pool.AnswerKind;
import dev.penstock.local.pool.Fault;
import dev.penstock.local.pool.Fault.Moment;
import dev.penstock.local.pool.FaultRule;
import dev.penstock.local.stack.LocalStack;
import dev.penstock.local.stack.StackConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the pool answers, a job ends as decision 7 wants it, seen as a client sees it: over HTTP. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PoolAnswersTest {
    private static final int MAX_ATTEMPTS = 3;
    private static final int REQUEUES = 20;
    private static final int BACKLOG = 8;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Map<String, String> QUICK = Map.ofEntries(Map.entry("PENSTOCK_SLOTS", "2"),
            Map.entry("PENSTOCK_POOL_MAX_SESSIONS", "4"), Map.entry("PENSTOCK_POOL_READY_SESSIONS", "3"),
            Map.entry("PENSTOCK_MAX_ATTEMPTS", String.valueOf(MAX_ATTEMPTS)),
            Map.entry("PENSTOCK_REQUEUE_DELAY", "5ms"), Map.entry("PENSTOCK_REQUEUE_MAX_DELAY", "20ms"),
            Map.entry("PENSTOCK_RETRY_DELAY", "5ms"), Map.entry("PENSTOCK_RETRY_MAX_DELAY", "20ms"),
            Map.entry("PENSTOCK_POOL_CONFIRM_INTERVAL", "20ms"),
            // After the first job no look at the runtimes uses up a fault that is meant for a job.
            Map.entry("PENSTOCK_ANNOUNCE_INTERVAL", "1h"));

    private final LocalStack stack;
    private final ApiClient client;

    PoolAnswersTest() throws Exception {
        stack = LocalStack.start(StackConfig.temporary(QUICK));
        client = new ApiClient(stack.gateway(), stack.apiKey());
    }

    /** Ends whatever pause the last faults brought on; the first time, the worker learns what the pool runs. */
    @BeforeEach
    void letThePoolWork() throws Exception {
        stack.pool().faults().clear();
        assertSucceeded(client.finished(client.submit("bash", "echo hi")));
    }

    @AfterAll
    void stop() {
        client.close();
        stack.close();
    }

    /** Two faults, because a 401 is answered with a new token first. */
    @ParameterizedTest(name = "{0}")
    @MethodSource
    void no_room_or_no_entry_delays_a_job_and_charges_no_attempt(Fault fault) throws Exception {
        JsonNode job = runAgainst(FaultRule.next(2, fault));
        assertSucceeded(job);
        assertThat(job.path("attempt").asInt()).as("%s", job).isEqualTo(1);
        assertThat(job.path("requeues").asInt()).as("%s", job).isPositive();
    }

    static Stream<Fault> no_room_or_no_entry_delays_a_job_and_charges_no_attempt() {
        return Stream.of(new Fault.Busy(429), new Fault.Busy(500), new Fault.Busy(404),
                new Fault.Answer(429, "too many requests"), new Fault.Answer(401, ""), new Fault.Answer(403, ""));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("failures")
    void a_failure_of_the_platform_costs_an_attempt_and_the_job_succeeds_with_the_next(Fault fault) throws Exception {
        JsonNode job = runAgainst(FaultRule.next(1, fault));
        assertSucceeded(job);
        assertThat(job.path("attempt").asInt()).as("%s", job).isEqualTo(2);
        assertThat(job.path("requeues").asInt()).as("%s", job).isZero();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("failures")
    void a_platform_that_fails_every_attempt_is_told_from_a_program_that_fails(Fault fault) throws Exception {
        JsonNode job = runAgainst(FaultRule.always(fault));
        assertFailed(job, "platform_error");
        assertThat(job.path("attempt").asInt()).as("%s", job).isEqualTo(MAX_ATTEMPTS);
    }

    static Stream<Fault> failures() {
        return Stream.of(new Fault.Answer(500, "oops"), new Fault.Answer(502, ""), new Fault.Answer(503, ""),
                new Fault.Answer(504, ""), new Fault.Answer(200, "<html>not ours</html>"),
                new Fault.Cut(Moment.BEFORE_FORWARDING), new Fault.Cut(Moment.BEFORE_ANSWER),
                new Fault.Cut(Moment.WITHIN_ANSWER));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void a_job_that_must_not_run_twice_ends_when_its_run_is_lost(Fault fault) throws Exception {
        JsonNode job = runAgainst(FaultRule.next(1, fault), Map.of("onLost", "fail"));
        assertFailed(job, "platform_error");
        assertThat(job.path("attempt").asInt()).as("%s", job).isEqualTo(1);
    }

    static Stream<Fault> a_job_that_must_not_run_twice_ends_when_its_run_is_lost() {
        return Stream.of(new Fault.Answer(504, ""), new Fault.Cut(Moment.BEFORE_FORWARDING),
                new Fault.Cut(Moment.BEFORE_ANSWER), new Fault.Cut(Moment.WITHIN_ANSWER));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void a_refused_request_ends_its_job_at_once(Fault fault) throws Exception {
        JsonNode job = runAgainst(FaultRule.next(1, fault));
        assertFailed(job, "refused");
        assertThat(job.path("attempt").asInt()).as("%s", job).isEqualTo(1);
    }

    static Stream<Fault> a_refused_request_ends_its_job_at_once() {
        return Stream.of(new Fault.Answer(400, "bad request"), new Fault.Answer(413, ""));
    }

    /** On a stack of its own, whose dead-letter queue no other test has filled. */
    @Test
    void a_pool_that_is_full_for_twenty_requeues_loses_no_job_and_then_runs_all() throws Exception {
        try (LocalStack full = LocalStack.start(StackConfig.temporary(QUICK));
                ApiClient frontend = new ApiClient(full.gateway(), full.apiKey())) {
            full.pool().faults().add(FaultRule.always(new Fault.Busy(429)));
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < BACKLOG; i++) {
                ids.add(frontend.submit("bash", "echo hi"));
            }
            await().atMost(PATIENCE).until(() -> frontend.job(ids.getFirst()).path("requeues").asInt() >= REQUEUES);
            for (String id : ids) {
                JsonNode waiting = frontend.job(id);
                assertThat(waiting.path("status").asText()).as("%s", waiting).isIn("queued", "running");
            }
            full.pool().faults().clear();
            for (String id : ids) {
                JsonNode job = frontend.finished(id);
                assertSucceeded(job);
                assertThat(job.path("attempt").asInt()).as("%s", job).isEqualTo(1);
            }
            assertThat(frontend.job(ids.getFirst()).path("requeues").asInt()).isGreaterThanOrEqualTo(REQUEUES);
            assertThat(full.serviceBus().queue("jobs").counts().deadLettered()).isZero();
        }
    }

    private JsonNode runAgainst(FaultRule rule) throws Exception {
        return runAgainst(rule, Map.of());
    }

    private JsonNode runAgainst(FaultRule rule, Map<String, String> wishes) throws Exception {
        long before = stack.pool().stats().answered(AnswerKind.INJECTED);
        stack.pool().faults().add(rule);
        JsonNode job = client.finished(client.submit("bash", "echo hi", wishes));
        assertThat(stack.pool().stats().answered(AnswerKind.INJECTED)).as("faults shown").isGreaterThan(before);
        return job;
    }

    private static void assertSucceeded(JsonNode job) {
        assertThat(job.path("status").asText()).as("%s", job).isEqualTo("succeeded");
        assertThat(job.at("/result/run/stdout/content").asText()).as("%s", job).isEqualTo("hi\n");
    }

    private static void assertFailed(JsonNode job, String code) {
        assertThat(job.path("status").asText()).as("%s", job).isEqualTo("failed");
        assertThat(job.at("/error/code").asText()).as("%s", job).isEqualTo(code);
    }
}
