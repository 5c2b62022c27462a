package dev.penstock.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.Queues;
import dev.penstock.gateway.Caller;
import dev.penstock.gateway.GatewayFixture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is wrong with a request, the answer is a problem that says what to do, and nothing is enqueued. */
@TestInstance(Lifecycle.PER_CLASS)
class RefusalsTest {
    private static final String GOOD = "{\"language\":\"python\",\"code\":\"print(42)\"}";

    private static final String POST = "POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\n";

    private GatewayFixture fixture;
    private Caller caller;

    @BeforeAll
    void start(@TempDir Path folder) {
        fixture = GatewayFixture.start(folder,
                Map.of("PENSTOCK_MAX_BODY_BYTES", "1000000", "PENSTOCK_BODY_TIMEOUT", "2s"));
        caller = fixture.caller();
    }

    @AfterAll
    void stopAndFindNothingEnqueued() {
        long active = fixture.bus().queue(Queues.unprefixed().jobs()).counts().active();
        fixture.close();
        assertThat(active).isZero();
    }

    static Stream<Arguments> bodies() {
        String tenThousandFiles = "{\"name\":\"a\",\"content\":\"\"},".repeat(9_999)
                + "{\"name\":\"a\",\"content\":\"\"}";
        return Stream.of(body("no body", "", ""), //
                body("broken JSON", "{\"language\":", ""), //
                body("no object", "[]", ""), //
                body("text behind the end", GOOD + "x", ""), //
                body("a key twice", "{\"language\":\"python\",\"language\":\"bash\",\"code\":\"\"}", ""), //
                body("deep nesting", "{\"a\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}", ""), //
                body("unknown field", "{\"language\":\"python\",\"code\":\"x\",\"stdn\":\"\"}", "/stdn"), //
                body("no language", "{\"code\":\"x\"}", "/language"), //
                body("null language", "{\"language\":null,\"code\":\"x\"}", "/language"), //
                body("empty language", "{\"language\":\"\",\"code\":\"x\"}", "/language"), //
                body("language of a wrong type", "{\"language\":7,\"code\":\"x\"}", "/language"), //
                body("language with NUL", "{\"language\":\"py\\u0000\",\"code\":\"x\"}", "/language"), //
                body("no code", "{\"language\":\"python\"}", ""), //
                body("code and files", "{\"language\":\"python\",\"code\":\"x\",\"files\":[]}", ""), //
                body("code with NUL", "{\"language\":\"python\",\"code\":\"x\\u0000\"}", "/code"), //
                body("half a surrogate pair", "{\"language\":\"python\",\"code\":\"\\ud800\"}", "/code"), //
                body("no files", "{\"language\":\"python\",\"files\":[]}", "/files"), //
                body("files of a wrong type", "{\"language\":\"python\",\"files\":{}}", "/files"), //
                body("file of a wrong type", "{\"language\":\"python\",\"files\":[1]}", "/files/0"), //
                body("10,000 files", "{\"language\":\"python\",\"files\":[" + tenThousandFiles + "]}", "/files"), //
                file("escaping name", "\"name\":\"../x\",\"content\":\"\"", "/files/0/name"), //
                file("absolute name", "\"name\":\"/etc/x\",\"content\":\"\"", "/files/0/name"), //
                file("name with NUL", "\"name\":\"a\\u0000\",\"content\":\"\"", "/files/0/name"), //
                file("name with half a surrogate pair", "\"name\":\"\\udfff\",\"content\":\"\"", "/files/0/name"), //
                file("no content", "\"name\":\"a\"", "/files/0/content"), //
                file("unknown encoding", "\"name\":\"a\",\"content\":\"\",\"encoding\":\"hex\"", "/files/0/encoding"), //
                file("wrong base64", "\"name\":\"a\",\"content\":\"*\",\"encoding\":\"base64\"", "/files/0/content"), //
                file("same name twice", "\"name\":\"a\",\"content\":\"\"},{\"name\":\"a\",\"content\":\"\"",
                        "/files/1/name"),
                more("stdin of a wrong type", "\"stdin\":1", "/stdin"), //
                more("args of a wrong type", "\"args\":\"a\"", "/args"), //
                more("argument of a wrong type", "\"args\":[\"a\",2]", "/args/1"), //
                more("argument with NUL", "\"args\":[\"\\u0000\"]", "/args/0"), //
                more("limits of a wrong type", "\"limits\":[]", "/limits"), //
                more("unknown limit", "\"limits\":{\"time\":1}", "/limits/time"), //
                more("negative limit", "\"limits\":{\"wallTimeMs\":-1}", "/limits/wallTimeMs"), //
                more("fractional limit", "\"limits\":{\"wallTimeMs\":1.5}", "/limits/wallTimeMs"), //
                more("enormous limit", "\"limits\":{\"wallTimeMs\":99999999999999999999}", "/limits/wallTimeMs"), //
                more("limit beyond every number", "\"limits\":{\"wallTimeMs\":1e999}", "/limits/wallTimeMs"), //
                more("limit as text", "\"limits\":{\"wallTimeMs\":\"10\"}", "/limits/wallTimeMs"), //
                more("no time", "\"deadline\":\"tomorrow\"", "/deadline"), //
                more("deadline in the past", "\"deadline\":\"2001-01-01T00:00:00Z\"", "/deadline"), //
                more("deadline too far away", "\"deadline\":\"9999-01-01T00:00:00Z\"", "/deadline"), //
                more("unknown onLost", "\"onLost\":\"maybe\"", "/onLost"), //
                more("labels of a wrong type", "\"labels\":[]", "/labels"), //
                more("label of a wrong type", "\"labels\":{\"a\":1}", "/labels/a"), //
                more("label with a strange name", "\"labels\":{\"a b\":\"c\"}", "/labels/a b"), //
                more("a key with a slash", "\"a/b~c\":1", "/a~1b~0c"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bodies")
    void a_wrong_body_is_answered_400_with_a_pointer(String name, String body, String pointer) {
        HttpResponse<String> response = caller.post("/v1/jobs", body);

        JsonNode problem = problem(response, 400, "invalid-request");
        assertThat(problem.path("errors")).anySatisfy(error -> {
            assertThat(error.path("pointer").asText()).isEqualTo(pointer);
            assertThat(error.path("detail").asText()).isNotBlank();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"limits\":{\"wallTimeMs\":5000.0}", "\"limits\":{\"wallTimeMs\":5e3}"})
    void a_whole_number_may_be_written_in_any_way(String field) {
        String body = "{\"language\":\"python\",\"code\":\"x\",\"stdn\":1," + field + "}";

        assertThat(problem(caller.post("/v1/jobs", body), 400, "invalid-request").path("errors")).singleElement()
                .satisfies(error -> assertThat(error.path("pointer").asText()).isEqualTo("/stdn"));
    }

    @Test
    void characters_are_counted_as_unicode_does_and_a_byte_order_mark_is_none() {
        String label = "\ud83d\ude00".repeat(128);
        String body = "\ufeff{\"language\":\"python\",\"code\":\"x\",\"stdn\":1,\"labels\":{\"a\":\"%s\",\"b\":\"%s\"}}"
                .formatted(label, label + "x");

        assertThat(problem(caller.post("/v1/jobs", body), 400, "invalid-request").path("errors"))
                .extracting(error -> error.path("pointer").asText())
                .containsExactly("/stdn", "/labels/b");
    }

    @Test
    void bytes_that_are_not_utf_8_are_refused() {
        byte[] latin1 = "{\"language\":\"python\",\"code\":\"ä\"}".getBytes(StandardCharsets.ISO_8859_1);

        problem(caller.send(caller.request("/v1/jobs", "Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(latin1))), 400, "invalid-request");
    }

    @Test
    void all_mistakes_are_told_at_once() {
        JsonNode problem = problem(caller.post("/v1/jobs", "{\"language\":1,\"code\":2,\"stdin\":3}"), 400,
                "invalid-request");

        assertThat(problem.path("errors")).hasSize(3);
    }

    @Test
    void a_job_that_is_too_long_for_the_broker_is_answered_413() {
        String tooLong = "{\"language\":\"python\",\"code\":\"" + "é".repeat(150_000) + "\"}";
        problem(caller.post("/v1/jobs", tooLong), 413, "too-large");

        JsonNode ofBatch = problem(caller.post("/v1/batches", "{\"jobs\":[" + GOOD + "," + tooLong + "]}"), 413,
                "too-large");
        assertThat(ofBatch.path("detail").asText()).contains("/jobs/1");
    }

    @Test
    void a_body_over_the_limit_is_answered_413_and_the_connection_stays() {
        problem(caller.post("/v1/jobs", " ".repeat(1_000_001)), 413, "too-large");
    }

    @Test
    void a_body_that_does_not_come_is_answered_408() throws IOException {
        assertThat(raw("POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: " + GatewayFixture.API_KEY
                + "\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{")).startsWith("HTTP/1.1 408")
                .contains("application/problem+json");
    }

    @Test
    void a_caller_without_a_key_is_answered_401() {
        HttpResponse<String> response = caller.get("/v1/runtimes", "Authorization", "Basic eDp5");

        problem(response, 401, "unauthorized");
        assertThat(response.headers().firstValue("WWW-Authenticate")).hasValueSatisfying(
                challenge -> assertThat(challenge).startsWith("Bearer"));
    }

    @Test
    void a_wrong_key_is_answered_401_before_anything_else() {
        problem(caller.post("/v1/jobs", GOOD, "Authorization", "Bearer wrong"), 401, "unauthorized");
    }

    @Test
    void the_key_may_come_as_X_Api_Key() {
        assertThat(caller.get("/v1/runtimes", "Authorization", "", "X-Api-Key", GatewayFixture.API_KEY).statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/v1", "/v2/jobs", "/v1/jobs/job_00000000000000000000000000", "/v1/jobs/a%2Fb",
            "/v1/jobs/%00", "/v1/jobs/..%2f..%2fetc", "/v1/jobs/" + "x"})
    void what_is_not_there_is_answered_404(String path) {
        problem(caller.get(path), 404, "not-found");
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELETE", "PUT", "PATCH", "OPTIONS"})
    void a_wrong_method_is_answered_405_with_the_allowed_ones(String method) {
        HttpResponse<String> response = caller
                .send(caller.request("/v1/runtimes").method(method, HttpRequest.BodyPublishers.noBody()));

        problem(response, 405, "method-not-allowed");
        assertThat(response.headers().firstValue("Allow")).hasValue("GET, HEAD");
    }

    @Test
    void a_caller_that_takes_no_json_is_answered_406() {
        problem(caller.get("/v1/runtimes", "Accept", "text/html, image/png;q=0.5"), 406, "not-acceptable");
        assertThat(caller.get("/v1/runtimes", "Accept", "text/html, */*;q=0.1").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"})
    void a_body_in_another_format_is_answered_415(String type) {
        problem(caller.post("/v1/jobs", GOOD, "Content-Type", type), 415, "unsupported-media-type");
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "127.0.0.1.evil.example:80", "192.168.0.1"})
    void another_host_name_is_answered_421(String host) throws IOException {
        assertThat(raw("GET /v1/runtimes HTTP/1.1\r\nHost: " + host + "\r\nX-Api-Key: " + GatewayFixture.API_KEY
                + "\r\nConnection: close\r\n\r\n")).startsWith("HTTP/1.1 421")
                .contains("urn:penstock:problem:misdirected");
    }

    static Stream<Arguments> requests() {
        return Stream.of(Arguments.of("an undecodable path", "GET /v1/jobs/%zz HTTP/1.1\r\nHost: localhost\r\n", 400), //
                Arguments.of("half an escape", "GET /v1/% HTTP/1.1\r\nHost: localhost\r\n", 400), //
                Arguments.of("a long URL", "GET /" + "a".repeat(5_000) + " HTTP/1.1\r\nHost: localhost\r\n", 414), //
                Arguments.of("long headers", "GET / HTTP/1.1\r\nHost: localhost\r\nA: " + "a".repeat(20_000) + "\r\n",
                        431), //
                Arguments.of("another protocol", "EHLO example\r\n", 400), //
                Arguments.of("no host", "GET /v1/runtimes HTTP/1.1\r\n", 400), //
                Arguments.of("two lengths", POST + "Content-Length: 1\r\nContent-Length: 2\r\n", 400), //
                Arguments.of("a negative length", POST + "Content-Length: -1\r\n", 400));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("requests")
    void an_unreadable_request_is_answered_with_a_problem(String name, String head, int status) throws IOException {
        assertThat(raw(head + "X-Api-Key: " + GatewayFixture.API_KEY + "\r\nConnection: close\r\n\r\n"))
                .containsPattern("^HTTP/1\\.[01] " + status + " ")
                .contains("application/problem+json")
                .contains("urn:penstock:problem:");
    }

    @Test
    void head_is_answered_like_get_without_a_body() throws IOException {
        assertThat(raw("HEAD /v1/runtimes HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: " + GatewayFixture.API_KEY
                + "\r\nConnection: close\r\n\r\n")).startsWith("HTTP/1.1 200").endsWith("\r\n\r\n");
    }

    private static Arguments body(String name, String body, String pointer) {
        return Arguments.of(name, body, pointer);
    }

    private static Arguments file(String name, String file, String pointer) {
        return body(name, "{\"language\":\"python\",\"files\":[{" + file + "}]}", pointer);
    }

    private static Arguments more(String name, String field, String pointer) {
        return body(name, "{\"language\":\"python\",\"code\":\"x\"," + field + "}", pointer);
    }

    private static JsonNode problem(HttpResponse<String> response, int status, String type) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        JsonNode problem = Caller.json(response);
        assertThat(problem.path("type").asText()).isEqualTo("urn:penstock:problem:" + type);
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(problem.path("title").asText()).isNotBlank();
        assertThat(problem.path("detail").asText()).isNotBlank().doesNotContain("Exception");
        return problem;
    }

    /** Everything that comes back until the gateway closes the connection. */
    private String raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), fixture.port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
