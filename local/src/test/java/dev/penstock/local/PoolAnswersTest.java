package dev.penstock.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusReceiverClient;
import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.SessionProtocol;
import dev.penstock.local.pool.AnswerKind;
import dev.penstock.local.pool.Fault;
import dev.penstock.local.pool.Fault.Moment;
import dev.penstock.local.pool.FaultRule;
import dev.penstock.local.stack.LocalStack;
import dev.penstock.local.stack.StackConfig;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the pool answers, a job ends as decision 7 wants it, seen as a client sees it: over HTTP. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PoolAnswersTest {
    private static final int MAX_ATTEMPTS = 3;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(4);
    /** As if the container in the session had answered. */
    private static final Map<String, String> OURS = Map.of(SessionProtocol.MARKER_HEADER, SessionProtocol.VERSION);
    private static final Map<String, String> QUICK = Map.ofEntries(
            Map.entry("PENSTOCK_POOL_MAX_SESSIONS", "4"), Map.entry("PENSTOCK_POOL_READY_SESSIONS", "3"),
            Map.entry("PENSTOCK_MAX_ATTEMPTS", String.valueOf(MAX_ATTEMPTS)),
            Map.entry("PENSTOCK_REQUEUE_DELAY", "5ms"), Map.entry("PENSTOCK_REQUEUE_MAX_DELAY", "20ms"),
            Map.entry("PENSTOCK_RETRY_DELAY", "5ms"), Map.entry("PENSTOCK_RETRY_MAX_DELAY", "20ms"),
            Map.entry("PENSTOCK_POOL_CONFIRM_INTERVAL", "20ms"),
            // After the first job no look at the runtimes uses up a fault that is meant for a job.
            Map.entry("PENSTOCK_ANNOUNCE_INTERVAL", "1h"));

    private final EchoSession session = new EchoSession(Duration.ofMillis(1));
    private final LocalStack stack;
    private final ApiClient client;

    PoolAnswersTest() throws Exception {
        Map<String, String> settings = new HashMap<>(QUICK);
        settings.put("PENSTOCK_POOL_TARGET", session.endpoint().toString());
        stack = LocalStack.start(StackConfig.temporary(settings));
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
        session.close();
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
                new Fault.Answer(429, "too many requests"), new Fault.Answer(429, "", Map.of("Retry-After", "1")),
                new Fault.Answer(429, "", Map.of("Retry-After", "soon")), new Fault.Answer(401, ""),
                new Fault.Answer(403, ""), new Fault.Answer(404, "<html>no such route</html>"));
    }

    /** Said as seconds or as a date: the copy comes no sooner, though our own longest delay is far shorter. */
    @ParameterizedTest(name = "{0}")
    @ValueSource(booleans = {true, false})
    void a_pool_that_says_when_to_come_again_is_obeyed(boolean asDate) throws Exception {
        Instant asked = Instant.now().plus(RETRY_AFTER);
        String retryAfter = asDate
                ? DateTimeFormatter.RFC_1123_DATE_TIME.format(asked.atOffset(ZoneOffset.UTC))
                : String.valueOf(RETRY_AFTER.toSeconds());
        stack.pool().faults().add(FaultRule.next(1, new Fault.Answer(429, "", Map.of("Retry-After", retryAfter))));
        String id = client.submit("bash", "echo hi");
        await().atMost(PATIENCE).until(() -> client.job(id).path("requeues").asInt() == 1);
        assertThat(scheduledFor(id)).isAfterOrEqualTo(asked.truncatedTo(ChronoUnit.SECONDS));
        assertThat(client.post("/v1/jobs/" + id + "/cancel", "").statusCode()).isEqualTo(200);
    }

    /** To wherever a redirect leads, our token must not be sent. */
    @Test
    void a_redirect_is_not_followed_and_delays_a_job() throws Exception {
        AtomicInteger visits = new AtomicInteger();
        Vertx vertx = Vertx.vertx();
        try {
            HttpServer elsewhere = vertx.createHttpServer().requestHandler(request -> {
                visits.incrementAndGet();
                request.response().end();
            }).listen(0, "127.0.0.1").await();
            String location = "http://127.0.0.1:" + elsewhere.actualPort() + "/";
            for (int status : new int[]{302, 307, 308}) {
                JsonNode job = runAgainst(
                        FaultRule.next(1, new Fault.Answer(status, "", Map.of("Location", location))));
                assertSucceeded(job);
                assertThat(job.path("attempt").asInt()).as("%s", job).isEqualTo(1);
                assertThat(job.path("requeues").asInt()).as("%s", job).isPositive();
                stack.pool().faults().clear();
            }
        } finally {
            vertx.close().await();
        }
        assertThat(visits).hasValue(0);
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

    static Stream<Named<Fault>> failures() {
        return Stream.concat(Stream.of(new Fault.Answer(500, "oops"), new Fault.Answer(502, ""),
                new Fault.Answer(503, ""), new Fault.Answer(504, ""), new Fault.Answer(200, "<html>not ours</html>"),
                new Fault.Answer(200, ""), new Fault.Answer(204, ""), new Fault.Answer(200, "{}", OURS),
                new Fault.Answer(200, "[1", OURS),
                new Fault.Answer(200, "{\"jobId\":\"of-somebody-else\",\"result\":{\"verdict\":\"ok\"}}", OURS),
                new Fault.Answer(503, "", OURS), new Fault.Cut(Moment.BEFORE_FORWARDING),
                new Fault.Cut(Moment.BEFORE_ANSWER), new Fault.Cut(Moment.WITHIN_ANSWER))
                .map(fault -> Named.of(fault.toString(), fault)),
                Stream.of(Named.of("an answer of 5 MiB", new Fault.Answer(200, "x".repeat(5 << 20), OURS)),
                        Named.of("control characters", new Fault.Answer(200, "\u0000\u0001\u001b", OURS)),
                        Named.of("JSON nested 100,000 deep", new Fault.Answer(200, "[".repeat(100_000), OURS))));
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
        return Stream.of(new Fault.Answer(400, "bad request"), new Fault.Answer(413, ""),
                new Fault.Answer(422, "", OURS));
    }

    /** On a stack of its own, whose pool doesn't come back. */
    @Test
    void a_pool_that_nobody_listens_at_costs_no_attempt_until_the_deadline() throws Exception {
        try (LocalStack gone = LocalStack.start(StackConfig.temporary(QUICK));
                ApiClient frontend = new ApiClient(gone.gateway(), gone.apiKey())) {
            gone.pool().close();
            JsonNode job = frontend.finished(frontend.submit("bash", "echo hi",
                    Map.of("deadline", Instant.now().plusSeconds(3).toString())));
            assertThat(job.path("status").asText()).as("%s", job).isEqualTo("expired");
            assertThat(job.path("attempt").asInt()).as("%s", job).isEqualTo(1);
            assertThat(job.path("requeues").asInt()).as("%s", job).isGreaterThan(MAX_ATTEMPTS);
            assertThat(gone.serviceBus().queue("jobs").counts().deadLettered()).isZero();
        }
    }

    private Instant scheduledFor(String jobId) {
        try (ServiceBusReceiverClient browser = new ServiceBusClientBuilder()
                .connectionString(stack.serviceBusConnectionString())
                .receiver()
                .queueName("jobs")
                .buildClient()) {
            return browser.peekMessages(100)
                    .stream()
                    .filter(message -> message.getMessageId().startsWith(jobId))
                    .map(message -> message.getScheduledEnqueueTime().toInstant())
                    .findFirst()
                    .orElseThrow();
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
