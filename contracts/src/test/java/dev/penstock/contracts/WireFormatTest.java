package dev.penstock.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The golden files are the wire format: a change that breaks one breaks workers and gateways of different age. */
class WireFormatTest {
    private static final Instant SUBMITTED = Instant.parse("2026-11-23T10:15:30.123Z");

    private static final Job JOB = new Job(1, "job_01jd5x8zq2v7n4k3m9t6r0w5bc", "acme",
            new Program("python", "3.11",
                    List.of(new SourceFile("main.py", "print(input())\n"),
                            new SourceFile("data/table.bin", "AP+A", Encoding.BASE64)),
                    "Grüße\n", List.of("-v", "two words"), new Limits(5_000L, 4_000L, 268_435_456L, 65_536L)),
            SUBMITTED, SUBMITTED.plusSeconds(3600), OnLost.RETRY);

    private static final Job MINIMAL = new Job(1, "job_min", "acme",
            new Program("bash", null, List.of(new SourceFile("main.sh", "echo hi")), "", List.of(), Limits.NONE),
            Instant.parse("2026-11-23T10:15:30Z"), Instant.parse("2026-11-23T11:15:30Z"), OnLost.FAIL);

    private static final Job TESTED = new Job(1, "job_tests", "acme", MINIMAL.program(),
            List.of(new TestCase("first", "1\n", "one\n"), new TestCase("second", "", null)), MINIMAL.submittedAt(),
            MINIMAL.deadline(), OnLost.RETRY);

    private static final Instant STARTED = Instant.parse("2026-11-23T10:15:31Z");
    private static final Instant FINISHED = Instant.parse("2026-11-23T10:15:36.500Z");

    static Stream<Arguments> jobs() {
        return Stream.of(Arguments.of("job.json", JOB), Arguments.of("job-minimal.json", MINIMAL),
                Arguments.of("job-tests.json", TESTED));
    }

    static Stream<Arguments> replies() {
        StageResult compile = new StageResult(0, null, Output.EMPTY, Output.EMPTY, null, null, null);
        StageResult run = new StageResult(null, "SIGKILL", new Output("tick\n", Encoding.UTF_8, 70_000, true),
                Output.of(new byte[]{(byte) 0xff}), 5_003L, 4_987L, 9_437_184L);
        ProgramResult timedOut = new ProgramResult(Verdict.TIME_LIMIT, "stopped after 5 s: its wall time limit",
                compile, run);
        return Stream.of(
                Arguments.of("finished-ran.json",
                        Reply.Finished.ran(new JobMessage(MINIMAL, 2, 3), timedOut, STARTED, FINISHED)),
                Arguments.of("finished-tests.json",
                        Reply.Finished.ran(JobMessage.first(TESTED),
                                ProgramResult.tested(null,
                                        List.of(TESTED.tests().getFirst().ran(Verdict.TIME_LIMIT, "stopped", run),
                                                TESTED.tests().getLast().notRun(TestCase.NO_TIME_LEFT))),
                                STARTED, FINISHED)),
                Arguments.of("finished-gave-up.json",
                        Reply.Finished.gaveUp(new JobMessage(MINIMAL, 5, 0),
                                new JobError(JobError.Code.PLATFORM_ERROR, "The session pool failed 5 times in a row."),
                                FINISHED)),
                Arguments.of("progressed.json",
                        new Reply.Progressed(1, "job_min", Reply.Phase.RUNNING, 1, 2, 0, STARTED)),
                Arguments.of("runtimes.json",
                        new Reply.RuntimesAnnounced(1,
                                List.of(new LanguageRuntime("python", "3.11.2", List.of("py", "python3")),
                                        new LanguageRuntime("bash", "5.2.15", List.of())),
                                STARTED)),
                Arguments.of("worker.json", new Reply.WorkerAnnounced(1, "worker_min", 7, 30_000, STARTED)));
    }

    @ParameterizedTest
    @MethodSource("jobs")
    void a_job_is_written_as_its_golden_file(String file, Job job) throws IOException {
        assertThat(tree(MessageCodec.encode(JobMessage.first(job)).body())).isEqualTo(golden(file));
    }

    @ParameterizedTest
    @MethodSource("jobs")
    void a_golden_job_is_read_with_its_counters(String file, Job job) throws IOException {
        Envelope envelope = new Envelope("any", "job", bytes(golden(file)), Map.of("attempt", 2, "requeues", 7L));
        assertThat(MessageCodec.decodeJob(envelope)).isEqualTo(new JobMessage(job, 2, 7));
    }

    @ParameterizedTest
    @MethodSource("replies")
    void a_reply_is_written_as_its_golden_file(String file, Reply reply) throws IOException {
        assertThat(tree(MessageCodec.encode("any", reply).body())).isEqualTo(golden(file));
    }

    @ParameterizedTest
    @MethodSource("replies")
    void a_golden_reply_is_read_back(String file, Reply reply) throws IOException {
        assertThat(MessageCodec.decodeReply(envelope(golden(file)))).isEqualTo(reply);
    }

    @Test
    void a_cancellation_is_written_as_its_golden_file_and_read_back() throws IOException {
        Cancellation cancellation = new Cancellation(1, "job_min", STARTED);
        assertThat(tree(MessageCodec.encode(cancellation).body())).isEqualTo(golden("cancellation.json"));
        assertThat(MessageCodec.decodeCancellation(envelope(golden("cancellation.json")))).isEqualTo(cancellation);
    }

    @Test
    void unknown_fields_are_ignored_at_every_level() throws IOException {
        ObjectNode tree = golden("job.json");
        tree.put("colour", "red");
        ((ObjectNode) tree.get("program")).putArray("later").add(1);
        ((ObjectNode) tree.at("/program/limits")).put("gpu", 1);
        assertThat(MessageCodec.decodeJob(envelope(tree)).job()).isEqualTo(JOB);
    }

    @Test
    void an_unknown_version_is_refused_and_the_job_id_is_still_known() throws IOException {
        ObjectNode tree = golden("job-minimal.json").put("version", 2);
        assertThatExceptionOfType(UndecodableMessageException.class)
                .isThrownBy(() -> MessageCodec.decodeJob(envelope(tree)))
                .withMessageContaining("version 2 is not supported")
                .satisfies(wrong -> assertThat(wrong.jobId()).contains("job_min"));
    }

    @Test
    void an_unknown_kind_of_reply_is_refused() throws IOException {
        ObjectNode tree = golden("progressed.json").put("kind", "sung");
        assertThatExceptionOfType(UndecodableMessageException.class)
                .isThrownBy(() -> MessageCodec.decodeReply(envelope(tree)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "42", "{", "{}", "{\"version\":1}", "{\"version\":\"1\"}", "\u0000"})
    void garbage_is_undecodable_and_nothing_else(String body) {
        Envelope envelope = new Envelope("any", "job", body.getBytes(StandardCharsets.UTF_8), Map.of());
        assertThatExceptionOfType(UndecodableMessageException.class)
                .isThrownBy(() -> MessageCodec.decodeJob(envelope));
        assertThatExceptionOfType(UndecodableMessageException.class)
                .isThrownBy(() -> MessageCodec.decodeReply(envelope));
        assertThatExceptionOfType(UndecodableMessageException.class)
                .isThrownBy(() -> MessageCodec.decodeCancellation(envelope));
    }

    @Test
    void deep_nesting_is_refused_before_it_costs_stack() {
        String body = "[".repeat(100_000);
        Envelope envelope = new Envelope("any", "job", body.getBytes(StandardCharsets.UTF_8), Map.of());
        assertThatExceptionOfType(UndecodableMessageException.class)
                .isThrownBy(() -> MessageCodec.decodeJob(envelope));
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "-1", "99999999999"})
    void a_counter_that_is_no_sane_number_is_undecodable(String counter) throws IOException {
        Object value = counter.equals("true") ? counter : (Object) Long.parseLong(counter);
        Envelope envelope = new Envelope("any", "job", bytes(golden("job.json")), Map.of("requeues", value));
        assertThatExceptionOfType(UndecodableMessageException.class)
                .isThrownBy(() -> MessageCodec.decodeJob(envelope));
    }

    @Test
    void every_deliberate_resend_has_a_message_id_of_its_own() {
        JobMessage first = JobMessage.first(MINIMAL);
        assertThat(Stream.of(first, first.requeued(), first.requeued().retried(), first.requeued().retried().requeued())
                .map(JobMessage::messageId)).containsExactly("job_min", "job_min:1", "job_min:2", "job_min:3");
    }

    private static Envelope envelope(JsonNode tree) throws IOException {
        return new Envelope("any", "", bytes(tree), Map.of());
    }

    private static byte[] bytes(JsonNode tree) throws IOException {
        return Json.MAPPER.writeValueAsBytes(tree);
    }

    private static JsonNode tree(byte[] json) throws IOException {
        return Json.MAPPER.readTree(json);
    }

    private static ObjectNode golden(String file) throws IOException {
        try (InputStream in = WireFormatTest.class.getResourceAsStream("/golden/" + file)) {
            return (ObjectNode) Json.MAPPER.readTree(Objects.requireNonNull(in, file));
        }
    }
}
