package dev.penstock.session;

import static dev.penstock.session.TestSession.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import dev.penstock.contracts.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Piston v2 in front of the container, and behind it. */
@SuppressWarnings("NullAway.Init") // JUnit sets the fields before any test
class PistonTest {
    private static TestSession session;
    /** The adapter with the session above as its Piston. */
    private static TestSession behind;

    @BeforeAll
    static void start() throws InterruptedException {
        session = TestSession.start("PENSTOCK_RUN_MAX_WALL_TIME", "20s", "PENSTOCK_RUN_MAX_MEMORY_MIB", "600",
                "PENSTOCK_RUN_FILES", "200");
        behind = TestSession.start("PENSTOCK_ENGINE", "piston", "PENSTOCK_PISTON_URL",
                "http://127.0.0.1:" + session.port());
    }

    @AfterAll
    static void stop() {
        behind.close();
        session.close();
    }

    private static ObjectNode pistonBody(String language, String content) {
        ObjectNode body = Json.MAPPER.createObjectNode().put("language", language).put("version", "*");
        body.putArray("files").addObject().put("content", content);
        return body;
    }

    private static JsonNode execute(ObjectNode body) {
        HttpResponse<String> response = session.post("/api/v2/execute", body.toString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return TestSession.json(response);
    }

    @Test
    void runtimesAreListedAsPistonListsThem() {
        JsonNode runtimes = TestSession.json(session.get("/api/v2/runtimes"));

        assertThat(runtimes.isArray()).isTrue();
        assertThat(runtimes.findValuesAsText("language")).contains("python", "javascript", "bash");
        assertThat(runtimes.path(0).path("aliases").isArray()).isTrue();
    }

    @Test
    void aRunHasPistonsFields() {
        JsonNode answer = execute(pistonBody("py", "print('hi')"));

        assertThat(answer.path("language").textValue()).isEqualTo("python");
        assertThat(answer.path("version").textValue()).startsWith("3.");
        assertThat(answer.has("compile")).isFalse();
        JsonNode run = answer.path("run");
        assertThat(run.fieldNames()).toIterable()
                .containsExactlyInAnyOrder("stdout", "stderr", "output", "code",
                        "signal", "message", "status", "cpu_time", "wall_time", "memory");
        assertThat(run.path("stdout").textValue()).isEqualTo("hi\n");
        assertThat(run.path("output").textValue()).isEqualTo("hi\n");
        assertThat(run.path("code").intValue()).isZero();
        assertThat(run.path("signal").isNull()).isTrue();
        assertThat(run.path("status").isNull()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"exit 3,3,,RE", "kill -SEGV $$,,SIGSEGV,SG", "while :; do :; done,,SIGKILL,TO", "yes,,SIGKILL,OL",
            "yes >&2,,SIGKILL,EL", "for i in {1..9999}; do : >$i; done,,SIGKILL,SG"})
    void endsHavePistonsStatusWords(String program, Integer code, String signal, String status) {
        JsonNode run = execute(pistonBody("bash", program).put("run_timeout", 1500)).path("run");

        assertThat(run.path("status").textValue()).isEqualTo(status);
        assertThat(run.path("code").isNull() ? null : run.path("code").intValue()).isEqualTo(code);
        assertThat(run.path("signal").textValue()).isEqualTo(signal);
    }

    @Test
    void theMainFileIsTheFirstThatIsNotEncoded() {
        ObjectNode body = Json.MAPPER.createObjectNode().put("language", "python").put("version", ">=3.0.0 <4.0.0");
        body.putArray("files").addObject().put("name", "data.bin").put("content", "AAE=").put("encoding", "base64");
        body.withArray("files")
                .addObject()
                .put("name", "main.py")
                .put("content", "print(open('data.bin', 'rb').read())");

        assertThat(execute(body).path("run").path("stdout").textValue()).isEqualTo("b'\\x00\\x01'\n");
    }

    @Test
    void aFailedCompileStepIsRepeatedAsRun() {
        JsonNode answer = execute(pistonBody("c", "int main() { return x; }"));

        assertThat(answer.path("compile").path("code").intValue()).isEqualTo(1);
        assertThat(answer.path("run")).isEqualTo(answer.path("compile"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"{} | language is required as a string",
            "{\"language\":\"python\"} | version is required as a string",
            "{\"language\":\"python\",\"version\":\"*\"} | files is required as an array",
            "{\"language\":\"python\",\"version\":\"*\",\"files\":[{}]} | files[0].content is required as a string",
            "{\"language\":\"python\",\"version\":\"*\",\"files\":[{\"content\":\"\"}],\"run_timeout\":\"1\"}"
                    + " | If specified, run_timeout must be a number",
            "{\"language\":\"python\",\"version\":\"*\",\"files\":[{\"content\":\"\"}],\"run_timeout\":20001}"
                    + " | run_timeout cannot exceed the configured limit of 20000",
            "{\"language\":\"python\",\"version\":\"*\",\"files\":[{\"content\":\"\"}],\"run_timeout\":-5}"
                    + " | run_timeout must be non-negative",
            "{\"language\":\"python\",\"version\":\"*\",\"files\":[{\"name\":\"../a\",\"content\":\"\"}]}"
                    + " | files[0].name must not contain",
            "{\"language\":\"python\",\"version\":\"2.7\",\"files\":[{\"content\":\"\"}]}"
                    + " | python-2.7 runtime is unknown"})
    void wrongRequestsAreRefusedInPistonsWords(String body, String message) {
        HttpResponse<String> response = session.post("/api/v2/execute", body);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(TestSession.json(response).path("message").textValue()).startsWith(message);
    }

    @Test
    void aBodyThatDoesNotSayThatItIsJsonIsRefusedInPistonsWords() {
        HttpResponse<String> response = session.send(session.request("/api/v2/execute")
                .POST(HttpRequest.BodyPublishers.ofString("{}")));

        assertThat(response.statusCode()).isEqualTo(415);
        assertThat(TestSession.json(response).path("message").textValue())
                .isEqualTo("requests must be of type application/json");
    }

    @ParameterizedTest
    @CsvSource({"print(1),ok,0", "exit(4),nonzero_exit,4"})
    void throughAPistonEndsAreToldAsTheyAre(String program, String verdict, int exitCode) {
        JsonNode answer = behind.run("python", code(program));

        assertThat(answer.path("verdict").textValue()).isEqualTo(verdict);
        assertThat(answer.path("exitCode").intValue()).isEqualTo(exitCode);
    }

    @Test
    void throughAPistonLimitsAreLoweredToItsOwn() {
        ObjectNode body = code("while :; do :; done");
        body.putObject("limits").put("wallTimeMs", 200_000).put("cpuTimeMs", 300);

        JsonNode answer = behind.run("bash", body);

        assertThat(answer.path("verdict").textValue()).isEqualTo("time_limit");
    }

    @Test
    void throughAPistonACompileErrorIsOne() {
        JsonNode answer = behind.run("c", code("int main() { return x; }"));

        assertThat(answer.path("verdict").textValue()).isEqualTo("compile_error");
        assertThat(answer.path("result").has("run")).isFalse();
    }

    /** Answers of real Pistons that have no counterpart here. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "200 | {\"run\":{\"stdout\":\"\",\"stderr\":\"\",\"code\":null,\"signal\":\"SIGKILL\",\"status\":\"OL\"}} | 200 | output_limit",
            "200 | {\"run\":{\"stdout\":\"\",\"stderr\":\"\",\"code\":null,\"signal\":\"SIGKILL\",\"memory\":536000000}} | 200 | memory_limit",
            "200 | {\"run\":{\"stdout\":\"\",\"stderr\":\"\",\"code\":0,\"signal\":null,\"status\":\"XX\"}} | 503 | to another session",
            "400 | {\"stack\":\"PayloadTooLargeError\"} | 400 | less than 100 kB",
            "500 | '' | 503 | to another session", "404 | {\"message\":\"Not Found\"} | 503 | to another session"})
    void trapsOfPistonBecomeClearResults(int status, String body, int expected, String part) throws Exception {
        try (var piston = new ScriptedPiston(status, body);
                var adapter = TestSession.start("PENSTOCK_ENGINE", "piston", "PENSTOCK_PISTON_URL", piston.url())) {
            HttpResponse<String> response = adapter.post("/python/execute", code("").toString());

            assertThat(response.statusCode()).isEqualTo(expected);
            assertThat(response.body()).contains(part);
        }
    }

    @Test
    void aClientWrittenForPistonUnderstandsTheAnswers(@TempDir Path folder) throws Exception {
        assumeThat(run(folder, "npm", "install", "--silent", "--no-audit", "--no-fund", "piston-client@1.0.2"))
                .as("npm can fetch piston-client")
                .isZero();
        Files.writeString(folder.resolve("check.mjs"), """
                import http from 'node:http';
                import piston from 'piston-client';
                // It says that its JSON is text/plain, which every Piston refuses with 415: the one thing mended here.
                const request = http.request;
                http.request = (options, ...rest) => {
                  if (options.method === 'POST') options.headers['Content-Type'] = ['application/json'];
                  return request(options, ...rest);
                };
                const client = piston({ server: 'http://127.0.0.1:%d' });
                const runtimes = await client.runtimes();
                const result = await client.execute('python', 'print(6 * 7)');
                console.log(runtimes.some(r => r.language === 'python'), JSON.stringify(result.run.output));
                """.formatted(session.port()));

        run(folder, "node", "check.mjs");

        assertThat(folder.resolve("output")).hasContent("true \"42\\n\"");
    }

    private static int run(Path folder, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile())
                .start();
        return process.waitFor(2, TimeUnit.MINUTES) ? process.exitValue() : -1;
    }

    /** A server that offers python and answers every program alike. */
    private static final class ScriptedPiston implements AutoCloseable {
        private final HttpServer server;

        ScriptedPiston(int status, String body) throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/api/v2/runtimes", exchange -> {
                byte[] runtimes = "[{\"language\":\"python\",\"version\":\"3.10.0\",\"aliases\":[]}]"
                        .getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, runtimes.length);
                exchange.getResponseBody().write(runtimes);
                exchange.close();
            });
            server.createContext("/api/v2/execute", exchange -> {
                exchange.getRequestBody().readAllBytes();
                byte[] answer = body.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(status, answer.length == 0 ? -1 : answer.length);
                exchange.getResponseBody().write(answer);
                exchange.close();
            });
            server.start();
        }

        String url() {
            return "http://127.0.0.1:" + server.getAddress().getPort();
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
