package dev.penstock.worker.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.contracts.Job;
import dev.penstock.contracts.Limits;
import dev.penstock.contracts.OnLost;
import dev.penstock.contracts.ProgramResult;
import dev.penstock.contracts.TestCase;
import dev.penstock.contracts.TestReport;
import dev.penstock.contracts.TestResult;
import dev.penstock.contracts.Verdict;
import dev.penstock.worker.Jobs;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OutcomeTest {
    private static final Job JOB = Jobs.job("job-1", "print(1)");
    private static final Duration RUN_TIME = Duration.ofSeconds(170);
    private static final Dialect INTERPRETER = new CodeInterpreterDialect(CodeInterpreterDialect.PYTHON, RUN_TIME);
    private static final String ALLOCATOR = "Error happened when allocating pod for identifier x in pool y";
    private static final String RAN = """
            {"jobId":"job-1","extra":1,"result":{"verdict":"ok","run":{"exitCode":0,"stdout":{"content":"hi","bytes":2,"truncated":false}}}}""";

    @ParameterizedTest(name = "{0} {1} is {2}")
    @CsvSource(delimiter = '|', textBlock = """
            429 | too many                                            | Busy
            429 | Error happened when allocating pod for identifier x | Busy
            500 | Error happened when allocating pod for identifier x | Busy
            404 | Error happened when allocating pod for identifier x | Busy
            200 | {"jobId":"job-1"}                                   | Unavailable
            204 | ''                                                  | Unavailable
            302 | ''                                                  | Denied
            400 | {"error":{"code":"SessionRequestValidationFailed"}} | Refused
            401 | ''                                                  | Denied
            403 | ''                                                  | Denied
            404 | {"message":"Not Found"}                             | Denied
            408 | ''                                                  | Unavailable
            413 | ''                                                  | Refused
            500 | oops                                                | Unavailable
            502 | ''                                                  | Unavailable
            503 | ''                                                  | Unavailable
            504 | ''                                                  | Lost
            """)
    void anAnswerWithoutTheMarkerIsThePlatforms(int status, String body, String outcome) {
        assertThat(
                new PenstockDialect(RUN_TIME).outcome(answer(status, Map.of(), body), JOB).getClass().getSimpleName())
                .isEqualTo(outcome);
    }

    @ParameterizedTest(name = "marked {0} {1} is {2}")
    @CsvSource(delimiter = '|', textBlock = """
            200 | {"jobId":"job-1","result":{"verdict":"ok"}}         | Ran
            200 | {"jobId":"job-2","result":{"verdict":"ok"}}         | Unavailable
            200 | {"jobId":"job-1","result":{"verdict":"fine"}}       | Unavailable
            200 | {"jobId":"job-1"}                                   | Unavailable
            200 | {"jobId":"job-1","res                               | Unavailable
            200 | null                                                | Unavailable
            400 | {"error":{"code":"X","message":"no"}}               | Refused
            404 | {"error":{"code":"UnknownLanguage","message":"no"}} | Refused
            413 | garbage                                             | Refused
            429 | Error happened when allocating pod                  | Unavailable
            500 | Error happened when allocating pod                  | Unavailable
            503 | ''                                                  | Unavailable
            """)
    void anAnswerWithTheMarkerIsTheContainersOwn(int status, String body, String outcome) {
        var marked = Map.of("penstock-session", "1");
        assertThat(new PenstockDialect(RUN_TIME).outcome(answer(status, marked, body), JOB).getClass().getSimpleName())
                .isEqualTo(outcome);
    }

    @ParameterizedTest(name = "adapter {0} {1} is {2}")
    @CsvSource(delimiter = '|', textBlock = """
            200 | {"properties":{"status":"Success","stdout":"","stderr":"","exitCode":0}} | Ran
            200 | {"run":{"stdout":"","stderr":"","code":0,"signal":null}}                 | Ran
            200 | {"properties":{"status":"Success"}}                                      | Unavailable
            200 | <html>                                                                   | Unavailable
            404 | {"message":"Not Found","path":"/x","supportedLanguages":["python"]}      | Refused
            404 | {"message":"Not Found"}                                                  | Denied
            500 | {"error":{"code":"InternalServerError","message":"Piston API error"}}    | Unavailable
            429 | Error happened when allocating pod                                       | Busy
            """)
    void theOriginalAdapterIsToldByItsBodies(int status, String body, String outcome) {
        assertThat(new LegacyAdapterDialect().outcome(answer(status, Map.of(), body), JOB).getClass().getSimpleName())
                .isEqualTo(outcome);
    }

    @ParameterizedTest(name = "exit code {0}, status {1} means {2} with {3}")
    @CsvSource({"0, Success, OK, 0", "1, Success, OK, 0", "1, Failed, NONZERO_EXIT, 1", "3, Failed, NONZERO_EXIT, 3"})
    void theAdaptersExitCodeOneWithSuccessMeansZero(int exitCode, String status, Verdict verdict, int meant) {
        String body = """
                {"properties":{"status":"%s","stdout":"out","stderr":"err","exitCode":%d}}""".formatted(status,
                exitCode);
        ProgramResult result = ((Outcome.Ran) new LegacyAdapterDialect().outcome(answer(200, Map.of(), body), JOB))
                .result();
        assertThat(result.verdict()).isEqualTo(verdict);
        assertThat(result.run()).isNotNull().satisfies(run -> {
            assertThat(run.exitCode()).isEqualTo(meant);
            assertThat(run.stdout().content()).isEqualTo("out");
        });
    }

    @ParameterizedTest(name = "Piston {0} means {1}")
    @CsvSource(delimiter = '|', textBlock = """
            {"run":{"code":0,"status":null}}                                              | OK
            {"run":{"code":2,"status":"RE"}}                                              | NONZERO_EXIT
            {"run":{"code":null,"signal":"SIGKILL","status":"TO"}}                        | TIME_LIMIT
            {"run":{"code":null,"signal":"SIGKILL","status":"OL"}}                        | OUTPUT_LIMIT
            {"run":{"code":null,"signal":"SIGSEGV","status":"SG"}}                        | SIGNAL
            {"run":{"code":null,"signal":"SIGKILL"}}                                      | SIGNAL
            {"compile":{"code":1,"stderr":"no"},"run":{"code":1,"stderr":"no"}}           | COMPILE_ERROR
            {"compile":{"code":0},"run":{"code":0}}                                       | OK
            """)
    void pistonsAnswerThroughTheAdapterIsReadToo(String body, Verdict verdict) {
        Outcome outcome = new LegacyAdapterDialect().outcome(answer(200, Map.of(), body), JOB);
        assertThat(outcome).isInstanceOfSatisfying(Outcome.Ran.class,
                ran -> assertThat(ran.result().verdict()).isEqualTo(verdict));
    }

    @ParameterizedTest(name = "interpreter {0} {1} is {2}")
    @CsvSource(delimiter = '|', textBlock = """
            200 | {"status":"Succeeded","result":{"stdout":"1","stderr":""}}                                     | OK
            202 | {"properties":{"status":"Success","stdout":"1","stderr":""}}                                   | OK
            200 | {"status":"Failed","result":{"stdout":"","stderr":"ZeroDivisionError"}}                        | NONZERO_EXIT
            200 | {"status":"Failed","result":{"stderr":"Request timed out waiting for code execution to complete"}} | TIME_LIMIT
            200 | {"status":"Failed","result":{"stderr":"Execution aborted"}}                                    | MEMORY_LIMIT
            """)
    void azuresCodeInterpreterIsReadInBothShapes(int status, String body, Verdict verdict) {
        assertThat(INTERPRETER.outcome(answer(status, Map.of(), body), JOB)).isInstanceOfSatisfying(Outcome.Ran.class,
                ran -> assertThat(ran.result().verdict()).isEqualTo(verdict));
    }

    @ParameterizedTest(name = "interpreter {0} {1} is {2}")
    @CsvSource(delimiter = '|', textBlock = """
            200 | {"status":"Running"}                                | Lost
            200 | {"status":"Canceled"}                               | Unavailable
            200 | <html>                                              | Unavailable
            429 | Error happened when allocating pod                  | Busy
            403 | ''                                                  | Denied
            400 | {"error":{"code":"SessionRequestValidationFailed"}} | Refused
            """)
    void whatTheCodeInterpretersPlatformSaysIsNoVerdict(int status, String body, String outcome) {
        assertThat(INTERPRETER.outcome(answer(status, Map.of(), body), JOB).getClass().getSimpleName())
                .isEqualTo(outcome);
    }

    @Test
    void theInterpretersOldPathIsTriedOnlyWhereNothingRan() {
        SessionIdentifier session = SessionIdentifier.fresh("test", 0);
        assertThat(INTERPRETER.secondTry(session, JOB, answer(404, Map.of(), "{}")))
                .hasValueSatisfying(request -> assertThat(request.path()).startsWith("/code/execute?"));
        assertThat(INTERPRETER.secondTry(session, JOB,
                answer(400, Map.of(), "{\"error\":{\"code\":\"SessionPropertiesMissing\"}}"))).isPresent();
        assertThat(INTERPRETER.secondTry(session, JOB, answer(404, Map.of(), ALLOCATOR))).isEmpty();
        assertThat(INTERPRETER.secondTry(session, JOB, answer(500, Map.of(), ""))).isEmpty();
        assertThat(INTERPRETER.secondTry(session, JOB, new Answer.Broken("reset"))).isEmpty();
    }

    @Test
    void aJobThatAPoolCanNeverRunIsRefusedBeforeItIsSent() {
        assertThat(INTERPRETER.objection(JOB)).hasValueSatisfying(reason -> assertThat(reason).contains("input"));
        assertThat(INTERPRETER.objection(Jobs.of("job-1", Jobs.program("cobol", "x")))).isPresent();
        assertThat(new LegacyAdapterDialect().objection(Jobs.of("job-1", Jobs.program("cobol", "x")))).isPresent();
        assertThat(new LegacyAdapterDialect().objection(JOB)).isEmpty();
    }

    @Test
    void whatBreaksOnTheWayIsToldApartByWhetherTheRequestHadLeft() {
        Dialect dialect = new PenstockDialect(RUN_TIME);
        assertThat(dialect.outcome(new Answer.NotSent("refused"), JOB))
                .isEqualTo(Outcome.Unavailable.unreached("refused"));
        assertThat(dialect.outcome(new Answer.Broken("reset"), JOB)).isInstanceOf(Outcome.Lost.class);
        assertThat(dialect.outcome(new Answer.Oversized(9), JOB))
                .isInstanceOfSatisfying(Outcome.Unavailable.class, failed -> assertThat(failed.reached()).isTrue());
        assertThat(dialect.outcome(new Answer.NoToken("none"), JOB)).isInstanceOf(Outcome.Denied.class);
    }

    @Test
    void retryAfterIsHandedOn() {
        Answer busy = answer(429, Map.of("retry-after", "7"), ALLOCATOR);
        assertThat(new PenstockDialect(RUN_TIME).outcome(busy, JOB))
                .isEqualTo(new Outcome.Busy(Optional.of(Duration.ofSeconds(7))));
        Answer odd = answer(429, Map.of("retry-after", "soon"), ALLOCATOR);
        assertThat(new PenstockDialect(RUN_TIME).outcome(odd, JOB)).isEqualTo(new Outcome.Busy(Optional.empty()));
        Answer down = answer(503, Map.of("retry-after", "7"), "");
        assertThat(new PenstockDialect(RUN_TIME).outcome(down, JOB)).isEqualTo(
                new Outcome.Unavailable("the pool answered 503", Optional.of(Duration.ofSeconds(7))));
    }

    /** Too long, broken off or garbage: something was answered, so the program may have run. */
    @ParameterizedTest(name = "a job that is lost with {0} ends as {1}")
    @CsvSource({"RETRY, Unavailable", "FAIL, Lost"})
    void anAnswerThatCannotBeReadNeverRunsAProgramAgainThatMustRunOnce(OnLost onLost, String outcome) {
        Job job = Jobs.job("job-1", "x", Instant.now().plusSeconds(60), onLost);
        for (Dialect dialect : List.of(new PenstockDialect(RUN_TIME), new LegacyAdapterDialect(), INTERPRETER)) {
            for (Answer answer : List.of(new Answer.Oversized(9), new Answer.CutOff(),
                    answer(200, Map.of("penstock-session", "1"), "<html>"))) {
                assertThat(dialect.outcome(answer, job).getClass().getSimpleName()).as("%s: %s", dialect, answer)
                        .isEqualTo(outcome);
            }
        }
    }

    @ParameterizedTest(name = "asked for {0} ms, told {1} s")
    @CsvSource(nullValues = "none", value = {"none,170", "1500,2", "200000,170"})
    void anInterpretersProgramEndsBeforeItsCallDoes(@Nullable Long asked, int told) {
        Job job = Jobs.job("job-1", "x");
        Limits limits = asked == null ? Limits.NONE : Limits.NONE.withWallTimeMs(asked);
        Job limited = job.with(job.program().withLimits(limits));
        SessionIdentifier session = SessionIdentifier.fresh("test", 0);
        PoolRequest first = INTERPRETER.execute(session, limited);
        PoolRequest second = INTERPRETER.secondTry(session, limited, answer(404, Map.of(), "{}")).orElseThrow();
        for (PoolRequest request : List.of(first, second)) {
            assertThat(new String(Objects.requireNonNull(request.json()), StandardCharsets.UTF_8))
                    .contains("\"timeoutInSeconds\":" + told);
        }
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            400 | {"error":{"code":"SessionWithIdentifierNotFound"}} | true
            404 | {"error":{"code":"SessionWithIdentifierNotFound"}} | true
            400 | {"error":{"code":"SessionRequestNotSupported"}}    | false
            400 | ''                                                 | false
            404 | ''                                                 | true
            404 | {"message":"Not Found"}                            | false
            200 | {}                                                 | false
            """)
    void onlyAPlainWordOrABareNotFoundSaysThatASessionIsGone(int status, String body, boolean gone) {
        var answer = new Answer.Complete(status, Map.of(), body.getBytes(StandardCharsets.UTF_8));
        assertThat(PlatformAnswer.sessionUnknown(answer)).isEqualTo(gone);
    }

    @ParameterizedTest(name = "{0} is {1} s from 07:27:00")
    @CsvSource(delimiter = '|', nullValues = "none", textBlock = """
            7                             | 7
             120                          | 120
            Wed, 21 Oct 2026 07:28:00 GMT | 60
            Wed, 21 Oct 2026 07:26:00 GMT | none
            -5                            | none
            1e9                           | none
            99999999999999                | none
            """)
    void retryAfterIsSecondsOrADate(String text, @Nullable Long seconds) {
        var answer = new Answer.Complete(503, Map.of("retry-after", text), new byte[0]);
        assertThat(answer.retryAfter(Instant.parse("2026-10-21T07:27:00Z")))
                .isEqualTo(Optional.ofNullable(seconds).map(Duration::ofSeconds));
    }

    @Test
    void theContainersExplanationReachesTheSubmitter() {
        Answer refused = answer(404, Map.of("penstock-session", "1"),
                "{\"error\":{\"code\":\"UnknownLanguage\",\"message\":\"cobol is not installed\"}}");
        assertThat(new PenstockDialect(RUN_TIME).outcome(refused, JOB))
                .isEqualTo(new Outcome.Refused("cobol is not installed"));
    }

    @Test
    void aResultIsReadWhole() {
        Outcome outcome = new PenstockDialect(RUN_TIME).outcome(answer(200, Map.of("penstock-session", "1"), RAN), JOB);
        assertThat(outcome).isInstanceOfSatisfying(Outcome.Ran.class, ran -> assertThat(ran.result().run()).isNotNull()
                .satisfies(run -> assertThat(run.stdout().content()).isEqualTo("hi")));
    }

    @Test
    void whatShouldBePrintedStaysWithTheWorker() {
        Job job = Jobs.tested("python", OnLost.RETRY, new TestCase("a", "1", "the secret"));
        PoolRequest request = new PenstockDialect(RUN_TIME).execute(SessionIdentifier.fresh("test", 0), job);
        assertThat(new String(Objects.requireNonNull(request.json()), StandardCharsets.UTF_8))
                .contains("\"tests\":[{\"stdin\":\"1\"", "\"testsWallTimeMs\":170000")
                .doesNotContain("secret");
    }

    @ParameterizedTest(name = "asked for {0} ms, told {1}")
    @CsvSource({"1000,1000", "170000,170000", "200000,170000"})
    void aProgramEndsBeforeItsCallDoes(long asked, long told) {
        Job job = Jobs.job("job-1", "x");
        Job longRunning = job.with(job.program().withLimits(Limits.NONE.withWallTimeMs(asked)));
        PoolRequest request = new PenstockDialect(RUN_TIME).execute(SessionIdentifier.fresh("test", 0), longRunning);
        assertThat(new String(Objects.requireNonNull(request.json()), StandardCharsets.UTF_8))
                .contains("\"wallTimeMs\":" + told + "}");
    }

    @ParameterizedTest(name = "{0} means {1}")
    @CsvSource(delimiter = '|', textBlock = """
            {"verdict":"ok"}                             | [{"verdict":"ok","run":{"exitCode":0,"stdout":{"content":"1","bytes":1,"truncated":false}}},{"message":"late"}] | TIME_LIMIT
            {"verdict":"compile_error","message":"no"}   | [{"message":"not run"},{"message":"not run"}]                                      | COMPILE_ERROR
            """)
    void anAnswerToTestsIsJudgedCaseByCase(String result, String tests, Verdict verdict) {
        Job job = Jobs.tested("python", OnLost.RETRY, new TestCase("a", "1", "1"), new TestCase("b", "2", "2"));
        Answer answer = answer(200, Map.of("penstock-session", "1"),
                "{\"jobId\":\"job-1\",\"result\":" + result + ",\"tests\":" + tests + "}");
        assertThat(new PenstockDialect(RUN_TIME).outcome(answer, job)).isInstanceOfSatisfying(Outcome.Ran.class,
                ran -> {
                    assertThat(ran.result().verdict()).isEqualTo(verdict);
                    TestReport report = Objects.requireNonNull(ran.result().tests());
                    assertThat(report.cases()).extracting(TestResult::id).containsExactly("a", "b");
                    assertThat(report.passed()).isEqualTo(verdict == Verdict.COMPILE_ERROR ? 0 : 1);
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",\"tests\":[]", ",\"tests\":[{\"verdict\":\"ok\"}]"})
    void anAnswerThatLeavesTestsOutIsNone(String tests) {
        Job job = Jobs.tested("python", OnLost.RETRY, new TestCase("a", "1", "1"), new TestCase("b", "2", "2"));
        Answer answer = answer(200, Map.of("penstock-session", "1"),
                "{\"jobId\":\"job-1\",\"result\":{\"verdict\":\"ok\"}" + tests + "}");
        assertThat(new PenstockDialect(RUN_TIME).outcome(answer, job)).isInstanceOf(Outcome.Unavailable.class);
    }

    private static Answer answer(int status, Map<String, String> headers, String body) {
        return new Answer.Complete(status, headers, body.getBytes(StandardCharsets.UTF_8));
    }
}
