package dev.penstock.session;

import static dev.penstock.session.TestSession.code;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.penstock.contracts.Job;
import dev.penstock.contracts.Json;
import dev.penstock.contracts.Limits;
import dev.penstock.contracts.OnLost;
import dev.penstock.contracts.Output;
import dev.penstock.contracts.Program;
import dev.penstock.contracts.SessionProtocol;
import dev.penstock.contracts.SourceFile;
import dev.penstock.contracts.TestCase;
import dev.penstock.contracts.Verdict;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Request shapes, answers and errors. */
@SuppressWarnings("NullAway.Init") // JUnit sets the field before any test
class SessionApiTest {
    private static TestSession session;

    @BeforeAll
    static void start() throws InterruptedException {
        session = TestSession.start("PENSTOCK_SESSION_MAX_BODY_MIB", "1");
    }

    @AfterAll
    static void stop() {
        session.close();
    }

    @Test
    void whatAWorkerSendsIsAnsweredWithItsJobIdAndResult() throws IOException {
        var program = new Program("python", "3", List.of(new SourceFile("a.py", "print(input())")), "x", List.of(),
                Limits.NONE);
        String body = Json.MAPPER.writeValueAsString(SessionProtocol.Request.of("job-1234", program));

        HttpResponse<String> response = session.post("/python/execute?identifier=abc", body);

        assertThat(response.headers().firstValue(SessionProtocol.MARKER_HEADER)).contains(SessionProtocol.VERSION);
        assertThat(response.headers().firstValue(SessionProtocol.JOB_HEADER)).contains("job-1234");
        var answer = Json.MAPPER.readValue(response.body(), SessionProtocol.Answer.class);
        assertThat(answer.jobId()).isEqualTo("job-1234");
        assertThat(answer.result().verdict()).isEqualTo(Verdict.OK);
        assertThat(answer.result().compile()).isNull();
        assertThat(TestSession.json(response).at("/result/run").path("signal").isNull()).isTrue();
        assertThat(Objects.requireNonNull(answer.result().run()).stdout().content()).isEqualTo("x\n");
    }

    @Test
    void aWorkersTestsAreAnsweredOneByOneAndBounded() throws IOException {
        var program = new Program("python", null,
                List.of(new SourceFile("a.py", "import sys; print(sys.argv[1] * int(input()))")), "", List.of("\u0001"),
                Limits.NONE);
        var tests = List.of(new TestCase("short", "2", "any"), new TestCase("long", "500000", "x".repeat(10_000)),
                new TestCase("bad", "x", null));
        var job = new Job(Job.VERSION, "job-1234", "t", program, tests, Instant.EPOCH, Instant.EPOCH, OnLost.RETRY);
        String body = Json.MAPPER.writeValueAsString(SessionProtocol.Request.of(job, Duration.ofMinutes(1)));

        HttpResponse<String> response = session.post("/python/execute", body);

        assertThat(body).doesNotContain("xxxx");
        assertThat(response.body().length()).isLessThan(150_000);
        assertThat(TestSession.json(response).fieldNames()).toIterable().containsExactly("jobId", "result", "tests");
        var answer = Json.MAPPER.readValue(response.body(), SessionProtocol.Answer.class);
        assertThat(answer.result().verdict()).isEqualTo(Verdict.NONZERO_EXIT);
        List<SessionProtocol.CaseEnd> ends = Objects.requireNonNull(answer.tests());
        assertThat(ends).extracting(SessionProtocol.CaseEnd::verdict)
                .containsExactly(Verdict.OK, Verdict.OK, Verdict.NONZERO_EXIT);
        Output cut = Objects.requireNonNull(ends.get(1).run()).stdout();
        assertThat(cut.truncated()).isTrue();
        assertThat(cut.bytes()).isEqualTo(500_001);
        assertThat(cut.content().length() * 6).isGreaterThan(30_000);
    }

    @Test
    void testsThatTheTimeForAllDoesNotSufficeForAreNotRun() {
        ObjectNode body = code("read -t 100 <> <(:)").put("testsWallTimeMs", 300);
        body.putArray("tests").addObject().put("stdin", "1");
        body.withArray("tests").addObject().put("stdin", "2");
        JsonNode answer = session.run("bash", body);

        assertThat(answer.at("/tests/0/verdict").textValue()).isEqualTo("time_limit");
        assertThat(answer.at("/tests/1/verdict").isMissingNode()).as("%s", answer).isTrue();
        assertThat(answer.at("/tests/1/message").textValue()).isEqualTo(TestCase.NO_TIME_LEFT);
    }

    @ParameterizedTest
    @CsvSource({"/execute,Inline", "/executions,inline", "/code/execute,INLINE", "/python/execute,InlineText",
            "/PY/execute,inlinetext"})
    void everyPathTakesFlatAndWrappedBodies(String path, String inputType) {
        ObjectNode flat = code("print(6 * 7)").put("codeInputType", inputType).put("executionType", "Synchronous");
        JsonNode flatAnswer = TestSession.json(session.post(path, flat.toString()));

        assertThat(flatAnswer.path("status").textValue()).isEqualTo("Succeeded");
        assertThat(flatAnswer.path("stdout").textValue()).isEqualTo("42\n");
        assertThat(flatAnswer.path("result").path("stdout").textValue()).isEqualTo("42\n");
        assertThat(flatAnswer.path("result").path("executionTimeInMilliseconds").isIntegralNumber()).isTrue();

        ObjectNode wrapped = Json.MAPPER.createObjectNode().set("properties", flat);
        JsonNode wrappedAnswer = TestSession.json(session.post(path, wrapped.toString()));

        assertThat(wrappedAnswer.path("properties").path("status").textValue()).isEqualTo("Success");
        assertThat(wrappedAnswer.path("properties").path("stdout").textValue()).isEqualTo("42\n");
        assertThat(wrappedAnswer.path("properties").path("exitCode").intValue()).isZero();
        assertThat(wrappedAnswer.has("stdout")).isFalse();
    }

    @Test
    void codeMayComeAsBase64InLines() {
        String code = Base64.getMimeEncoder(8, new byte[]{'\n'})
                .encodeToString("print('ß')".getBytes(StandardCharsets.UTF_8));

        JsonNode answer = session.run("python", code(code).put("codeInputType", "InlineBase64"));

        assertThat(answer.path("stdout").textValue()).isEqualTo("ß\n");
    }

    @Test
    void azuresFieldsAreUnderstoodAndAnswered() {
        String body = "{\"properties\":{\"pythonCode\":\"print(1)\"}}";
        JsonNode first = TestSession.json(session.post("/python/execute", body));
        JsonNode newer = TestSession.json(session.send(session.request("/executions?identifier=user-7")
                .header("Content-Type", "application/json")
                .header("operation-id", "op-1")
                .POST(BodyPublishers.ofString(code("").toString()))));

        assertThat(first.at("/properties/stdout").textValue()).isEqualTo("1\n");
        assertThat(newer.path("id").textValue()).isEqualTo("op-1");
        assertThat(newer.path("identifier").textValue()).isEqualTo("user-7");
        assertThat(newer.at("/result/run").path("signal").isNull()).isTrue();
    }

    @Test
    void whatLiesBesideAWrapperCountsToo() {
        HttpResponse<String> response = session.post("/execute",
                "{\"jobId\":\"job-1234\",\"language\":\"bash\",\"properties\":{\"code\":\"echo $0\"}}");

        assertThat(TestSession.json(response).at("/properties/stdout").textValue()).endsWith("main.sh\n");
        assertThat(TestSession.json(response).at("/properties/jobId").textValue()).isEqualTo("job-1234");
        assertThat(response.headers().firstValue(SessionProtocol.JOB_HEADER)).contains("job-1234");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"GET / HTTP/1.1\\nPenstock-Job: job-1234\\nbroken | 400",
            "GET /LONG HTTP/1.1\\nHost: localhost | 414", "GET / HTTP/1.1\\nHost: localhost\\nX: LONG | 431",
            "GET /%zz HTTP/1.1\\nHost: localhost\\nConnection: close | 4"})
    void whatIsNoHttpIsRefusedWithTheMarkerToo(String request, String status) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), session.port())) {
            String text = request.replace("\\n", "\r\n").replace("LONG", "x".repeat(20_000)) + "\r\n\r\n";
            socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(answer.substring("HTTP/1.x ".length())).startsWith(status);
            assertThat(answer).contains(SessionProtocol.MARKER_HEADER + ": 1");
        }
    }

    @Test
    void timeoutInSecondsIsTheWallTimeLimit() {
        JsonNode answer = session.run("bash", code("read -t 100 <> <(:)").put("timeoutInSeconds", 0.2));

        assertThat(answer.path("message").textValue()).isEqualTo("stopped after 0.2 s: its wall time limit");
    }

    @Test
    void aLimitAboveTheCeilingIsLoweredToIt() throws InterruptedException {
        try (var strict = TestSession.start("PENSTOCK_RUN_MAX_WALL_TIME", "250ms")) {
            ObjectNode body = code("while :; do :; done");
            body.putObject("limits").put("wallTimeMs", 1_000_000);

            assertThat(strict.run("bash", body).path("message").textValue())
                    .isEqualTo("stopped after 0.25 s: its wall time limit");
        }
    }

    @Test
    void runtimesTellLanguagesAndIsolation() throws IOException {
        HttpResponse<String> response = session.get("/runtimes");

        var runtimes = Json.MAPPER.readValue(response.body(), SessionProtocol.Runtimes.class);
        assertThat(runtimes.isolation()).startsWith("bubblewrap: own user, pid");
        assertThat(runtimes.runtimes()).anySatisfy(runtime -> {
            assertThat(runtime.language()).isEqualTo("python");
            assertThat(runtime.version()).matches("3\\.\\d+\\.\\d+");
            assertThat(runtime.aliases()).contains("py");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health", "/ready"})
    void probesAnswer(String path) {
        assertThat(session.get(path).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "{                                                          | not JSON",
            "[]                                                         | must be a JSON object",
            "{\"code\":1}                                               | code must be a string",
            "{}                                                         | send either code or at least one of files",
            "{\"code\":\"\",\"files\":[{\"content\":\"\"}]}             | send either code or at least one of files",
            "{\"properties\":{\"code\":\"\",\"args\":\"a\"}}            | properties.args must be an array",
            "{\"code\":\"\",\"args\":[\"a\\u0000b\"]}                   | args must not contain NUL",
            "{\"code\":\"\",\"limits\":{\"wallTimeMs\":0}}              | limits.wallTimeMs must be a whole number",
            "{\"code\":\"\",\"limits\":{\"wallTimeMs\":1.5}}            | limits.wallTimeMs must be a whole number",
            "{\"code\":\"\",\"timeoutInSeconds\":-1}                    | timeoutInSeconds must be a number greater",
            "{\"code\":\"!\",\"codeInputType\":\"InlineBase64\"}        | said to be base64 and is not",
            "{\"code\":\"\",\"codeInputType\":\"File\"}                 | codeInputType must be",
            "{\"code\":\"\",\"executionType\":\"Asynchronous\"}         | executionType must be Synchronous",
            "{\"code\":\"\",\"jobId\":\"../x\"}                         | jobId must be",
            "{\"code\":\"\",\"version\":\"2\"}                          | of python is installed here",
            "{\"files\":[{\"name\":\"../a\",\"content\":\"\"}]}         | files[0].name must not contain",
            "{\"files\":[{\"name\":\"/a\",\"content\":\"\"}]}           | files[0].name must be relative",
            "{\"files\":[{\"name\":\"a\\u0000\",\"content\":\"\"}]}     | files[0].name must not contain",
            "{\"files\":[{\"name\":\"a\",\"content\":\"\"},{\"content\":\"\"}]} | files[1].name is missing",
            "{\"files\":[{\"name\":\"a\",\"content\":\"\"},{\"name\":\"a\",\"content\":\"\"}]} | two files are called a",
            "{\"files\":[{\"name\":\"a\",\"content\":\"\"},{\"name\":\"a/b\",\"content\":\"\"}]} | both a file and a",
            "{\"files\":[{\"name\":\"a\"}]}                             | files[0].content is missing"})
    void aWrongRequestIsRefusedWithASentenceThatNamesTheField(String body, String sentence) {
        HttpResponse<String> response = session.post("/python/execute", body);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(TestSession.json(response).path("error").path("message").textValue()).contains(sentence);
        assertThat(response.headers().firstValue(SessionProtocol.MARKER_HEADER)).isPresent();
    }

    @Test
    void anUnknownLanguageIsRefusedWithTheListOfThose() {
        HttpResponse<String> response = session.post("/cobol/execute", code("").toString());

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(TestSession.json(response).path("error").path("code").textValue()).isEqualTo("UnknownLanguage");
        assertThat(TestSession.json(response).path("error").path("message").textValue()).contains("python");
    }

    @Test
    void errorsOfTheRouterCarryTheMarkerAndSayWhatToDo() {
        var wrongMethod = session.get("/python/execute");
        var nowhere = session.get("/nowhere");
        var tooLarge = session.post("/python/execute", code("#".repeat(2 << 20)).toString());
        var noType = session.send(session.request("/python/execute").POST(BodyPublishers.ofString("{}")));

        assertThat(List.of(wrongMethod, nowhere, tooLarge, noType)).extracting(HttpResponse::statusCode)
                .containsExactly(405, 404, 413, 415);
        assertThat(List.of(wrongMethod, nowhere, tooLarge, noType)).allSatisfy(response -> {
            assertThat(response.headers().firstValue(SessionProtocol.MARKER_HEADER)).isPresent();
            assertThat(TestSession.json(response).path("error").path("message").textValue()).isNotBlank();
        });
    }

    @Test
    void aWebPageThatCallsByANameOfItsOwnIsTurnedAway() throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), session.port())) {
            socket.getOutputStream()
                    .write("GET /runtimes HTTP/1.0\r\nHost: page.example\r\nPenstock-Job: job-1234\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(answer).startsWith("HTTP/1.0 403").contains("WrongHost");
            assertMarked(answer);
        }
    }

    static void assertMarked(String headers) {
        assertThat(headers).containsIgnoringCase(SessionProtocol.MARKER_HEADER)
                .containsIgnoringCase(SessionProtocol.JOB_HEADER)
                .contains("job-1234");
    }

    @Test
    void aTokenIsAskedForWhereOneIsSet() throws InterruptedException {
        try (var guarded = TestSession.start("PENSTOCK_SESSION_TOKEN", "secret")) {
            var refused = guarded
                    .send(guarded.request("/runtimes").header(SessionProtocol.JOB_HEADER, "job-1234").GET());
            assertThat(refused.statusCode()).isEqualTo(401);
            assertMarked(refused.headers().map().toString());
            assertThat(guarded.get("/ready").statusCode()).isEqualTo(200);
            var right = guarded.request("/runtimes").header("Authorization", "Bearer secret").GET();
            assertThat(guarded.send(right).statusCode()).isEqualTo(200);
        }
    }
}
