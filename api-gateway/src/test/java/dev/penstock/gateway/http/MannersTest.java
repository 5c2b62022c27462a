package dev.penstock.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.gateway.GatewayFixture;
import dev.penstock.gateway.http.RawClient.Reply;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The headers that every answer has, negotiation, and CORS. */
@TestInstance(Lifecycle.PER_CLASS)
class MannersTest {
    private static final String ORIGIN = "https://app.example.com";
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    private GatewayFixture fixture;
    private RawClient client;

    @BeforeAll
    void start(@TempDir Path folder) {
        fixture = GatewayFixture.start(folder,
                Map.of("PENSTOCK_CORS_ORIGINS", "http://localhost:3000, " + ORIGIN));
        client = new RawClient(fixture.port());
    }

    @AfterAll
    void stop() {
        fixture.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/jobs", "/v1/nothing", "/nothing", "/docs", "/health", "/v1/jobs/%zz"})
    void every_answer_keeps_browsers_careful_and_tells_nothing_of_the_server(String path) {
        Reply reply = get(path, Map.of());

        assertThat(reply.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(reply.header("Content-Security-Policy")).startsWith("default-src 'none'")
                .contains("frame-ancestors 'none'");
        assertThat(reply.header("Referrer-Policy")).isEqualTo("no-referrer");
        assertThat(reply.header("Date")).matches("[A-Z][a-z]{2}, \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT");
        assertThat(reply.header("X-Request-Id")).matches("[A-Za-z0-9._-]{1,64}");
        assertThat(reply.headers()).doesNotContainKeys("Server", "X-Powered-By");
    }

    @Test
    void private_answers_are_not_stored_and_conditional_ones_asked_for_again() {
        assertThat(get("/v1/jobs", Map.of()).header("Cache-Control")).isEqualTo("private, no-cache");
        assertThat(get("/v1/nothing", Map.of()).header("Cache-Control")).isEqualTo("no-store");
        assertThat(get("/openapi.json", Map.of()).header("Cache-Control")).isEqualTo("public, no-cache");
        String job = "{\"language\":\"python\",\"code\":\"1\"}";
        Reply accepted = client.send("POST", "/v1/jobs", headers(Map.of("Content-Type", "application/json")),
                job.getBytes(StandardCharsets.UTF_8));
        assertThat(accepted.status()).isEqualTo(202);
        assertThat(accepted.header("Cache-Control")).isEqualTo("no-store");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "req-1.2_3", "0123456789012345678901234567890123456789012345678901234567890123"})
    void a_sound_request_id_is_kept_and_is_in_problems_too(String id) {
        Reply reply = get("/v1/nothing", Map.of("X-Request-Id", id, "traceparent", traceParent(TRACE)));

        assertThat(reply.header("X-Request-Id")).isEqualTo(id);
        assertThat(Contract.parsed(reply.body()).path("instance").asText()).isEqualTo("urn:penstock:request:" + id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "<script>", "0123456789012345678901234567890123456789012345678901234567890123x", "ä",
            "a,b"})
    void another_request_id_gives_way_to_the_trace(String id) {
        assertThat(get("/v1/jobs", Map.of("X-Request-Id", id, "traceparent", traceParent(TRACE)))
                .header("X-Request-Id")).isEqualTo(TRACE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"00000000000000000000000000000000", "4BF92F3577B34DA6A3CE929D0E0E4736", "xyz"})
    void without_a_sound_trace_the_id_is_fresh(String trace) {
        Map<String, String> headers = Map.of("traceparent", traceParent(trace));
        String first = get("/v1/jobs", headers).header("X-Request-Id");

        assertThat(first).isNotEqualTo(trace).isNotEqualTo(get("/v1/jobs", headers).header("X-Request-Id"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"gzip | gzip", "br, gzip;q=0.5 | gzip", "* | gzip", "gzip;q=0 | ''",
            "*, gzip;q=0 | ''", "identity | ''", "br | ''", "GZIP | gzip", "gzip;q=abc | ''"})
    void long_answers_are_compressed_for_those_who_want_it(String accept, String coding) {
        assertThat(get("/openapi.json", Map.of("Accept-Encoding", accept)).header("Content-Encoding"))
                .isEqualTo(coding);
    }

    @Test
    void short_answers_are_not_compressed() {
        Reply reply = get("/v1/runtimes", Map.of("Accept-Encoding", "gzip"));

        assertThat(reply.header("Content-Encoding")).isEmpty();
        assertThat(reply.header("Vary")).contains("Accept-Encoding");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"application/json;q=0, */* | 406", "application/*;q=0.1 | 200",
            "text/html, */*;q=0 | 406", "application/json;q=0.0 | 406", "'' | 200", ";;, | 406",
            "application/json;charset=utf-8 | 200"})
    void the_most_specific_range_of_accept_counts(String accept, int status) {
        assertThat(get("/v1/runtimes", Map.of("Accept", accept)).status()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"application/json; charset=utf-8 | 400",
            "application/json;charset=\"UTF-8\" | 400",
            "APPLICATION/JSON | 400", "application/json; charset=latin1 | 415", "application/json; boundary=x | 400",
            "application/json; charset=utf8 | 400", "application/json; a=b; charset=latin1 | 415",
            "application/json; | 400",
            "application/jsonx | 415", "application/json, text/plain | 415"})
    void a_body_is_json_in_utf_8(String type, int status) {
        assertThat(client
                .send("POST", "/v1/jobs", headers(Map.of("Content-Type", type)), "{}".getBytes(StandardCharsets.UTF_8))
                .status()).isEqualTo(status);
    }

    @Test
    void head_is_answered_like_get_everywhere() {
        Contract contract = Contract.load();
        contract.operations().stream().filter(operation -> operation.method().equals("GET")).forEach(operation -> {
            String path = operation.path().replace("{id}", "job_00000000000000000000000000");
            Reply got = get(path, Map.of());
            Reply head = client.send("HEAD", path, headers(Map.of()), new byte[0]);
            assertThat(head.status()).as(path).isEqualTo(got.status());
            assertThat(head.body()).as(path).isEmpty();
            assertThat(head.header("Content-Type")).as(path).isEqualTo(got.header("Content-Type"));
            assertThat(head.header("Content-Length")).as(path).isEqualTo(got.header("Content-Length"));
        });
    }

    /** The client reads until the gateway closes, and waits no longer than a minute. */
    @Test
    void a_connection_is_closed_after_a_request_that_asks_for_it_among_other_things() {
        assertThat(get("/v1/jobs", Map.of("Connection", "TE, close", "TE", "deflate")).header("Connection"))
                .isEqualTo("close");
    }

    @Test
    void an_allowed_origin_may_ask_first() {
        Reply reply = preflight(ORIGIN);

        assertThat(reply.status()).isEqualTo(204);
        assertThat(reply.header("Access-Control-Allow-Origin")).isEqualTo(ORIGIN);
        assertThat(reply.header("Access-Control-Allow-Methods")).contains("POST").contains("DELETE");
        assertThat(reply.header("Access-Control-Allow-Headers")).contains("Authorization").contains("Idempotency-Key");
        assertThat(reply.header("Vary")).contains("Origin");
        assertThat(reply.headers()).doesNotContainKey("Access-Control-Allow-Credentials");
    }

    @Test
    void an_allowed_origin_may_read_answers_and_refusals() {
        for (String path : List.of("/v1/jobs", "/v1/nothing")) {
            Reply reply = get(path, Map.of("Origin", ORIGIN));
            assertThat(reply.header("Access-Control-Allow-Origin")).isEqualTo(ORIGIN);
            assertThat(reply.header("Access-Control-Expose-Headers")).contains("Location").contains("Retry-After");
            assertThat(reply.headers()).doesNotContainKey("Access-Control-Allow-Credentials");
        }
        assertThat(get("/v1/jobs", Map.of("Origin", ORIGIN, "X-Api-Key", "wrong"))
                .header("Access-Control-Allow-Origin")).isEqualTo(ORIGIN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.example", "null", "https://app.example.com.evil.example",
            "http://app.example.com", "https://app.example.com:444", "*", ""})
    void other_origins_get_no_word_of_cors_but_the_same_answer(String origin) {
        assertThat(preflight(origin).headers()).doesNotContainKey("Access-Control-Allow-Origin");
        Reply reply = get("/v1/jobs", Map.of("Origin", origin));
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.headers()).doesNotContainKey("Access-Control-Allow-Origin");
    }

    @Test
    void without_settings_there_is_no_cors(@TempDir Path folder) {
        try (GatewayFixture plain = GatewayFixture.start(folder)) {
            Reply reply = new RawClient(plain.port()).send("GET", "/v1/jobs", headers(Map.of("Origin", ORIGIN)),
                    new byte[0]);
            assertThat(reply.headers().keySet()).noneMatch(name -> name.startsWith("Access-Control"));
        }
    }

    @Test
    void all_origins_may_be_allowed_but_never_with_credentials(@TempDir Path folder) {
        try (GatewayFixture open = GatewayFixture.start(folder, Map.of("PENSTOCK_CORS_ORIGINS", "*"))) {
            Reply reply = new RawClient(open.port()).send("GET", "/v1/jobs", headers(Map.of("Origin", ORIGIN)),
                    new byte[0]);
            assertThat(reply.header("Access-Control-Allow-Origin")).isEqualTo("*");
            assertThat(reply.headers()).doesNotContainKey("Access-Control-Allow-Credentials");
        }
    }

    private Reply preflight(String origin) {
        return client.send("OPTIONS", "/v1/jobs",
                Map.of("Origin", origin, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers",
                        "authorization,content-type"),
                new byte[0]);
    }

    private Reply get(String path, Map<String, String> headers) {
        return client.send("GET", path, headers(headers), new byte[0]);
    }

    private static Map<String, String> headers(Map<String, String> more) {
        Map<String, String> headers = new HashMap<>(Map.of("X-Api-Key", GatewayFixture.API_KEY));
        headers.putAll(more);
        return headers;
    }

    private static String traceParent(String trace) {
        return "00-" + trace + "-00f067aa0ba902b7-01";
    }
}
