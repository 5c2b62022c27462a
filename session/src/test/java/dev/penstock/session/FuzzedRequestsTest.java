package dev.penstock.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.contracts.Json;
import dev.penstock.contracts.SessionProtocol;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Thousands of bodies that nobody would write by hand. Whatever comes, the container answers, never with a 5xx, and in
 * JSON. {@code -Dpenstock.fuzz.seed} replays a run, {@code -Dpenstock.fuzz.bodies} makes it longer.
 */
@SuppressWarnings("NullAway.Init") // JUnit sets the field before any test
class FuzzedRequestsTest {
    private static final int BODIES = Integer.getInteger("penstock.fuzz.bodies", 1000);
    private static final List<String> PATHS = List.of("/bash/execute", "/execute", "/executions", "/code/execute",
            "/api/v2/execute");
    private static final List<String> SEEDS = List.of("""
            {"properties":{"codeInputType":"Inline","executionType":"Synchronous","language":"bash","code":":",\
            "timeoutInSeconds":1,"stdin":"x","args":["a","b"],"env":{"A":"b"}}}""", """
            {"language":"bash","version":"*","files":[{"name":"main.sh","content":":","encoding":"utf8"}],\
            "stdin":"","args":[],"run_timeout":1000,"compile_timeout":1000,"run_memory_limit":-1}""", """
            {"jobId":"fuzz-1234","language":"bash","files":[{"name":"a.sh","content":"Og==","encoding":"base64"},\
            {"name":"b/c","content":""}],"limits":{"wallTimeMs":1000,"cpuTimeMs":1000,"memoryBytes":100000000,\
            "outputBytes":1000},"tests":[{"stdin":"1","args":["x"]},{"stdin":"2"}]}""");
    private static final List<String> VALUES = List.of("null", "true", "0", "-1", "1e400", "-0.0", "1e-400", "NaN",
            "9223372036854775807", "9223372036854775808", "1" + "0".repeat(400), "0.1", "\"\"", "\"\\u0000\"",
            "\"\\ud800\"", "\"..\"", "\"/\"", "\"a/b/c\"", "\"-x\"", "\"" + "x".repeat(300) + "\"", "[]", "{}",
            "[[[]]]", "[null]", "{\"\":\"\"}", "[".repeat(40) + "]".repeat(40), "\"=\"", "\"Inline\"", "\"python\"",
            "\"YWJj\"", "\"%00\"", "\"\uD83D\uDE00\"", "\"\\uD83D\\uDE00\"");
    private static final Set<Integer> EXPECTED = Set.of(200, 400, 413);

    private static TestSession session;

    @BeforeAll
    static void start() throws InterruptedException {
        session = TestSession.start("PENSTOCK_RUN_MAX_WALL_TIME", "1s", "PENSTOCK_COMPILE_WALL_TIME", "1s");
    }

    @AfterAll
    static void stop() {
        session.close();
    }

    @Test
    void everyBodyIsAnswered() throws IOException {
        long seed = Long.getLong("penstock.fuzz.seed", System.nanoTime());
        System.out.println("FuzzedRequestsTest: -Dpenstock.fuzz.seed=" + seed);
        var random = new Random(seed);
        for (int i = 0; i < BODIES; i++) {
            String path = PATHS.get(random.nextInt(PATHS.size()));
            String body = mutated(SEEDS.get(random.nextInt(SEEDS.size())), random);

            HttpResponse<String> response = session.post(path, body);

            assertThat(response.statusCode()).as("%s of seed %d to %s: %s", i, seed, path, body).isIn(EXPECTED);
            assertThat(response.headers().firstValue(SessionProtocol.MARKER_HEADER)).isPresent();
            assertThat(Json.MAPPER.readTree(response.body()).isObject()).isTrue();
        }
        assertThat(TestSession.json(session.get("/health")).path("counts").path("failed").intValue()).isZero();
    }

    private static String mutated(String body, Random random) {
        String text = body;
        for (int left = 1 + random.nextInt(3); left > 0; left--) {
            text = switch (random.nextInt(6)) {
                case 0, 1, 2 -> withAnotherValue(text, random);
                case 3 -> withoutAPart(text, random);
                case 4 -> withRandomBytes(text, random);
                default -> withAPartTwice(text, random);
            };
        }
        return text;
    }

    /** In place of what stands after a colon or a comma. */
    private static String withAnotherValue(String text, Random random) {
        int from = 1 + after(text, ":,[", random.nextInt(Math.max(1, text.length())));
        int to = after(text, ",]}", from);
        return text.substring(0, from) + VALUES.get(random.nextInt(VALUES.size())) + text.substring(to);
    }

    private static int after(String text, String marks, int from) {
        for (int at = from; at < text.length(); at++) {
            if (marks.indexOf(text.charAt(at)) >= 0) {
                return at;
            }
        }
        return Math.max(0, text.length() - 1);
    }

    private static String withoutAPart(String text, Random random) {
        int from = random.nextInt(text.length() + 1);
        int to = Math.min(text.length(), from + random.nextInt(20));
        return text.substring(0, from) + text.substring(to);
    }

    private static String withAPartTwice(String text, Random random) {
        int from = random.nextInt(text.length() + 1);
        int to = Math.min(text.length(), from + random.nextInt(200));
        return text.substring(0, to) + text.substring(from);
    }

    private static String withRandomBytes(String text, Random random) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < 3 && bytes.length > 0; i++) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
