package dev.penstock.session;

import static dev.penstock.session.TestSession.code;
import static dev.penstock.session.TestSession.verdict;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.penstock.contracts.Json;
import dev.penstock.contracts.SessionProtocol;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that are allowed, but that a careless adapter gets wrong; and callers that take their time. */
@SuppressWarnings("NullAway.Init") // JUnit sets the field before any test
class AwkwardRequestsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static TestSession session;

    @BeforeAll
    static void start() throws InterruptedException {
        session = TestSession.start("PENSTOCK_SESSION_PATIENCE", "400ms");
    }

    @AfterAll
    static void stop() {
        session.close();
    }

    private static ObjectNode file(String name, String content) {
        ObjectNode body = Json.MAPPER.createObjectNode();
        body.putArray("files").addObject().put("name", name).put("content", content);
        return body;
    }

    @ParameterizedTest
    @ValueSource(strings = {"-o x.py", "--version", "a b.py", "@list.py", "{work}.py", "$(id).py", "näme.py", "'.py",
            "-c/-m.py", "*"})
    void aFilesNameIsNeverTakenForAnythingElse(String name) {
        assertThat(session.run("python", file(name, "print(42)")).path("stdout").textValue()).isEqualTo("42\n");
    }

    @ParameterizedTest
    @CsvSource({"c, -o x.c", "c, @x.c", "c++, --help.cpp", "c, {temp}.c"})
    void norByCompilers(String language, String name) {
        JsonNode answer = session.run(language, file(name, "int main() { return 7; }"));

        assertThat(answer.path("exitCode").intValue()).isEqualTo(7);
    }

    @Test
    void aFileMayBeCalledAsCompilersCallTheirOutput() {
        ObjectNode body = file("main.c", "#include <stdio.h>\nint main() { char s[9] = {0};"
                + " fread(s, 1, 8, fopen(\"program\", \"r\")); puts(s); fread(s, 1, 8, fopen(\"a.out\", \"r\"));"
                + " puts(s); }");
        body.withArray("files").addObject().put("name", "program").put("content", "data");
        body.withArray("files").addObject().put("name", "a.out").put("content", "more");

        assertThat(session.run("c", body).path("stdout").textValue()).isEqualTo("data\nmore\n");
    }

    @Test
    void noCodeIsAProgramToo() {
        assertThat(verdict(session.run("python", code("")))).isEqualTo("ok");
        assertThat(verdict(session.run("c", code("")))).isEqualTo("compile_error");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"code\":\"\\ud800\"}", "{\"code\":\"\",\"stdin\":\"\\udc00\"}",
            "{\"code\":\"\",\"args\":[\"\\ud800x\"]}", "{\"files\":[{\"name\":\"\\ud800\",\"content\":\"\"}]}"})
    void halfACharacterIsRefusedAndNotReplaced(String body) {
        HttpResponse<String> response = session.post("/python/execute", body);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("half surrogate pairs");
    }

    @ParameterizedTest
    @CsvSource({"'\\355\\240\\200', 7aCA, base64", "'a\\0b', 'a\0b', utf-8",
            "'\\360\\237\\230\\200', '\uD83D\uDE00', utf-8",
            "'\\357\\277\\277', '\uFFFF', utf-8"})
    void whatIsPrintedComesBackToTheByte(String octal, String content, String encoding) {
        JsonNode stdout = session.run("bash", code("printf '" + octal + "'"))
                .path("result")
                .path("run")
                .path("stdout");

        assertThat(stdout.path("content").textValue()).isEqualTo(content);
        assertThat(stdout.path("encoding").textValue()).isEqualTo(encoding);
    }

    @Test
    void argumentsAsLongAsTheyMayBeArriveAndLongerOnesAreRefused() {
        ObjectNode body = code("for word; do echo ${#word}; done");
        var args = body.putArray("args");
        for (int i = 0; i < 8; i++) {
            args.add("x".repeat(64 * 1024));
        }
        assertThat(session.run("bash", body).path("stdout").textValue()).isEqualTo("65536\n".repeat(8));

        args.add("y");
        assertThat(session.post("/bash/execute", body.toString()).statusCode()).isEqualTo(400);
    }

    @Test
    void anErrorEchoesTheJobsIdAsAnAnswerDoes() {
        var wrong = session.post("/python/execute", "{\"jobId\":\"job-1234\",\"code\":1}");
        var noWrapper = session.post("/python/execute", "{\"jobId\":\"job-1234\",\"properties\":1}");
        var unknown = session.post("/cobol/execute", "{\"properties\":{\"jobId\":\"job-1234\",\"code\":\"\"}}");
        var nowhere = session.send(session.request("/nowhere").header(SessionProtocol.JOB_HEADER, "job-1234").GET());

        assertThat(List.of(wrong, noWrapper, unknown, nowhere)).extracting(HttpResponse::statusCode)
                .containsExactly(400, 400, 400, 404);
        assertThat(List.of(wrong, noWrapper, unknown, nowhere)).allSatisfy(response -> assertThat(
                response.headers().firstValue(SessionProtocol.JOB_HEADER)).contains("job-1234"));
    }

    @ParameterizedTest
    @CsvSource({"GET, /python/execute, 405, POST", "OPTIONS, /execute, 405, POST", "DELETE, /api/v2/execute, 405, POST",
            "POST, /ready, 405, 'GET, HEAD'", "PUT, /runtimes, 405, 'GET, HEAD'", "HEAD, /ready, 200,",
            "HEAD, /health, 200,", "HEAD, /runtimes, 200,", "POST, /nowhere, 404,"})
    void aPathSaysWhichMethodsItAnswersTo(String method, String path, int status, @Nullable String allowed) {
        var response = session.send(session.request(path).method(method, HttpRequest.BodyPublishers.noBody()));

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Allow").orElse(null)).isEqualTo(allowed);
    }

    private static byte[] request(String body, String connection) {
        return ("POST /bash/execute HTTP/1.1\r\nHost: localhost\r\nConnection: " + connection
                + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void requestsThatAreSentAheadAreAnsweredInOrder() throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), session.port())) {
            socket.setSoTimeout(Math.toIntExact(PATIENCE.toMillis()));
            for (int i = 0; i < 5; i++) {
                String body = code("sleep 0." + (4 - i) + "; echo number " + i).toString();
                socket.getOutputStream().write(request(body, i < 4 ? "keep-alive" : "close"));
            }
            String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(answers).containsSubsequence("number 0", "number 1", "number 2", "number 3", "number 4");
            assertThat(answers.split("HTTP/1.1 200 OK", -1)).hasSize(6);
        }
    }

    @Test
    void aBodyThatDoesNotArriveIsGivenUp() throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), session.port())) {
            socket.setSoTimeout(Math.toIntExact(PATIENCE.toMillis()));
            socket.getOutputStream()
                    .write(("POST /bash/execute HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                            + "Penstock-Job: job-1234\r\nContent-Length: 100\r\n\r\n{")
                            .getBytes(StandardCharsets.US_ASCII));

            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(answer).startsWith("HTTP/1.1 408").contains("TooSlow");
            SessionApiTest.assertMarked(answer);
        }
    }

    @Test
    void aCallerThatGoesAwayInTheMiddleOfItsBodyIsForgotten() throws IOException {
        for (int i = 0; i < 20; i++) {
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), session.port())) {
                byte[] whole = request(code("echo $((1 + 1))").toString(), "keep-alive");
                socket.getOutputStream().write(whole, 0, whole.length - 5);
            }
        }
        await().atMost(PATIENCE)
                .until(() -> TestSession.json(session.get("/health")).path("waiting").intValue() == 0);
        assertThat(session.run("bash", code("echo on")).path("stdout").textValue()).isEqualTo("on\n");
    }
}
