package dev.penstock.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.gateway.GatewayFixture;
import dev.penstock.gateway.http.RawClient.Reply;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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

/**
 * Bytes that are hardly HTTP, or HTTP that is hardly used. What is answered is right or a problem, the connection ends,
 * and the gateway goes on working.
 */
@TestInstance(Lifecycle.PER_CLASS)
class RawHttpTest {
    private static final int REQUESTS = Integer.getInteger("penstock.fuzz.raw", 1_500);
    private static final long SEED = Long.getLong("penstock.fuzz.seed", System.nanoTime());
    private static final String KEY = "X-Api-Key: " + GatewayFixture.API_KEY + "\r\n";
    private static final String HOST = "Host: localhost\r\n";
    private static final String CLOSE = "Connection: close\r\n\r\n";
    private static final String GET = "GET /v1/runtimes HTTP/1.1\r\n" + HOST + KEY;
    private static final String POST = "POST /v1/jobs HTTP/1.1\r\n" + HOST + KEY + "Content-Type: application/json\r\n";
    /** The body's framing is broken: there may be no answer, but the connection ends. */
    private static final int CLOSED = 0;
    private static final String JOB = "{\"language\":\"python\",\"code\":\"1\"}";

    private final Contract contract = Contract.load();
    private GatewayFixture fixture;
    private RawClient client;

    @BeforeAll
    void start(@TempDir Path folder) {
        fixture = GatewayFixture.start(folder, Map.of("PENSTOCK_IDLE_TIMEOUT", "1s", "PENSTOCK_BODY_TIMEOUT", "1s"));
        client = new RawClient(fixture.port());
    }

    @AfterAll
    void stop() {
        fixture.close();
    }

    static Stream<Arguments> requests() {
        return Stream.of(//
                is("absolute form", "GET http://localhost/v1/runtimes HTTP/1.1\r\n" + HOST + KEY + CLOSE, 200), //
                is("absolute form of another host",
                        "GET http://evil.example/v1/runtimes HTTP/1.1\r\n" + HOST + KEY + CLOSE, 421), //
                is("asterisk form", "OPTIONS * HTTP/1.1\r\n" + HOST + CLOSE, 404), //
                is("asterisk with GET", "GET * HTTP/1.1\r\n" + HOST + CLOSE, 404), //
                is("authority form", "CONNECT localhost:80 HTTP/1.1\r\n" + HOST + CLOSE, 404), //
                is("HTTP/1.0", "GET /v1/runtimes HTTP/1.0\r\n" + HOST + KEY + "\r\n", 200), //
                is("HTTP/1.0 without host", "GET /v1/runtimes HTTP/1.0\r\n" + KEY + "\r\n", 421), //
                is("HTTP/0.9", "GET /v1/runtimes\r\n\r\n", 400), //
                is("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 501), //
                is("HTTP/1.2", "GET /v1/runtimes HTTP/1.2\r\n" + HOST + KEY + CLOSE, 501), //
                is("HTTP/9.9", "GET /v1/runtimes HTTP/9.9\r\n" + HOST + KEY + CLOSE, 501), //
                is("upgrade to h2c", GET + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"
                        + "Connection: Upgrade, HTTP2-Settings, close\r\n\r\n", 200), //
                is("upgrade to a web socket", GET + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nConnection: Upgrade, close\r\n\r\n", 200,
                        400), //
                is("lower case method", GET.replace("GET", "get") + CLOSE, 405), //
                is("two equal hosts", GET + HOST + CLOSE, 400), //
                is("two hosts", GET + "Host: evil.example\r\n" + CLOSE, 400), //
                is("no host", "GET /v1/runtimes HTTP/1.1\r\n" + KEY + CLOSE, 400), //
                is("host with a path", GET.replace("localhost", "localhost/x") + CLOSE, 400, 421), //
                is("host with user", GET.replace("localhost", "a@localhost") + CLOSE, 400, 421), //
                is("host with blanks", GET.replace("localhost", "local host") + CLOSE, 400, 421), //
                is("host with a wrong port", GET.replace("localhost", "localhost:99999") + CLOSE, 400, 421), //
                is("two keys", GET + KEY + CLOSE, 400), //
                is("two authorizations", GET + "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n" + CLOSE, 400), //
                is("NUL in a header", GET + "A: b\0c\r\n" + CLOSE, 400), //
                is("NUL in the target", GET.replace("/v1/runtimes", "/v1/run\0times") + CLOSE, 400, 404), //
                is("blank before a colon", GET + "Accept : text/html\r\n" + CLOSE, 400), //
                is("folded header", GET + "A: b\r\n c\r\n" + CLOSE, 200, 400), //
                is("header without a colon", GET + "Nonsense\r\n" + CLOSE, 200, 400), //
                is("header without a name", GET + ": x\r\n" + CLOSE, 200, 400), //
                is("bare line feeds", GET.replace("\r", "") + "Connection: close\n\n", 200, 400), //
                is("a thousand headers", GET + "A: b\r\n".repeat(1_000) + CLOSE, 200), //
                is("sixteen thousand empty lines", "\r\n".repeat(16_000) + GET + CLOSE, 200, 400, 414, 431), //
                is("a thousand parameters", GET.replace("/v1/runtimes", "/v1/jobs?" + "a=b&".repeat(900)) + CLOSE, 400), //
                is("a parameter twice", GET.replace("/v1/runtimes", "/v1/jobs?limit=1&limit=2") + CLOSE, 400), //
                is("an undecodable parameter", GET.replace("/v1/runtimes", "/v1/jobs?status=%zz") + CLOSE, 400), //
                is("half a parameter", GET.replace("/v1/runtimes", "/v1/jobs?=&&%&x") + CLOSE, 400), //
                is("a parameter that is no UTF-8", GET.replace("/v1/runtimes", "/v1/jobs?label=a:%ff") + CLOSE, 200,
                        400), //
                is("a year far away", GET.replace("/v1/runtimes",
                        "/v1/jobs?submittedBefore=%2B999999999-12-31T23:59:59Z") + CLOSE, 400), //
                is("a trailing slash", GET.replace("/v1/runtimes", "/v1/runtimes/") + CLOSE, 200, 404), //
                is("two slashes", GET.replace("/v1/runtimes", "//v1//runtimes") + CLOSE, 200, 404), //
                is("dots", GET.replace("/v1/runtimes", "/v1/jobs/../runtimes") + CLOSE, 200, 404), //
                is("encoded dots", GET.replace("/v1/runtimes", "/v1/%2e%2e/%2e%2e/etc/passwd") + CLOSE, 404), //
                is("overlong UTF-8", GET.replace("/v1/runtimes", "/v1/jobs/%c0%af%c0%ae") + CLOSE, 400, 404), //
                is("no UTF-8", GET.replace("/v1/runtimes", "/v1/jobs/%ff%fe") + CLOSE, 400, 404), //
                is("a fragment", GET.replace("/v1/runtimes", "/v1/runtimes#x") + CLOSE, 200, 400, 404), //
                is("upper case path", GET.replace("/v1/runtimes", "/V1/RUNTIMES") + CLOSE, 404), //
                is("GET with a body", GET + "Content-Length: 5\r\n" + CLOSE + "hello", 200), //
                is("chunked body", POST + "Transfer-Encoding: chunked\r\n" + CLOSE + "20\r\n" + JOB + "\r\n0\r\n\r\n",
                        202), //
                is("chunk extensions", POST + "Transfer-Encoding: chunked\r\n" + CLOSE + "20;a=b\r\n" + JOB
                        + "\r\n0\r\n\r\n", 202, 400), //
                is("trailers", POST + "Transfer-Encoding: chunked\r\n" + CLOSE + "20\r\n" + JOB
                        + "\r\n0\r\nX: y\r\n\r\n", 202, CLOSED), //
                is("no chunk size", POST + "Transfer-Encoding: chunked\r\n" + CLOSE + "zz\r\n" + JOB + "\r\n0\r\n\r\n",
                        400), //
                is("negative chunk", POST + "Transfer-Encoding: chunked\r\n" + CLOSE + "-1\r\n" + JOB + "\r\n0\r\n\r\n",
                        400), //
                is("enormous chunk", POST + "Transfer-Encoding: chunked\r\n" + CLOSE + "ffffffffffffffff\r\n" + JOB,
                        400, 408, CLOSED), //
                is("chunks that break off", POST + "Transfer-Encoding: chunked\r\n" + CLOSE + "20\r\n{\"lang", 400,
                        408), //
                is("chunked and a length",
                        POST + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n" + "\r\n" + "20\r\n"
                                + JOB + "\r\n0\r\n\r\n",
                        202), //
                is("unknown transfer coding", POST + "Transfer-Encoding: xchunked\r\n" + CLOSE + JOB, 400, 501, CLOSED), //
                is("chunked not last", POST + "Transfer-Encoding: chunked, gzip\r\n" + CLOSE + "20\r\n" + JOB
                        + "\r\n0\r\n\r\n", 400, 501, CLOSED), //
                is("coded, then chunked", POST + "Transfer-Encoding: gzip, chunked\r\n" + CLOSE + "20\r\n" + JOB
                        + "\r\n0\r\n\r\n", 400), //
                is("two equal lengths", POST + "Content-Length: 32\r\nContent-Length: 32\r\n" + CLOSE + JOB, 202, 400), //
                is("signed length", POST + "Content-Length: +31\r\n" + CLOSE + JOB, 400), //
                is("list of lengths", POST + "Content-Length: 32, 33\r\n" + CLOSE + JOB, 400), //
                is("enormous length", POST + "Content-Length: 99999999999999999999\r\n" + CLOSE + JOB, 400), //
                is("large length", POST + "Content-Length: 9223372036854775807\r\n" + CLOSE + JOB, 408, 413), //
                is("no length at all", POST + CLOSE, 400), //
                is("expectation", POST + "Expect: 100-continue\r\nContent-Length: 32\r\n" + CLOSE + JOB, 202), //
                is("expectation of too much", POST + "Expect: 100-continue\r\nContent-Length: 99999999\r\n\r\n", 413), //
                is("unknown expectation", POST + "Expect: miracles\r\nContent-Length: 32\r\n" + CLOSE + JOB, 202, 417), //
                is("TRACE", GET.replace("GET", "TRACE") + CLOSE, 405), //
                is("TLS", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003\r\n\r\n", 400));
    }

    private static Arguments is(String name, String request, Integer... statuses) {
        return Arguments.of(name, request, List.of(statuses));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("requests")
    void it_is_answered_once_and_properly(String name, String request, List<Integer> statuses) {
        List<Reply> replies = client.exchange(request.getBytes(StandardCharsets.ISO_8859_1));

        if (replies.isEmpty()) {
            assertThat(statuses).as(name + ": closed without an answer").contains(CLOSED);
            return;
        }
        replies.forEach(this::isProper);
        assertThat(statuses).as(replies.toString()).contains(replies.getFirst().status());
        assertThat(replies).as("nothing of the request may be taken for another").hasSize(1);
    }

    @Test
    void pipelined_requests_are_answered_in_their_order() {
        String jobs = GET.replace("/v1/runtimes", "/v1/jobs?limit=1");
        List<Reply> replies = client.exchange((GET + "\r\n" + POST + "Content-Length: 32\r\n\r\n" + JOB + jobs + "\r\n"
                + GET.replace("/v1/runtimes", "/nothing") + CLOSE).getBytes(StandardCharsets.US_ASCII));

        assertThat(replies).extracting(Reply::status).containsExactly(200, 202, 200, 404);
        assertThat(replies.get(2).body()).as("the job that was submitted before").contains("queued");
    }

    @Test
    void whatever_bytes_come_the_gateway_goes_on() throws Exception {
        System.out.println("RawHttpTest: -Dpenstock.fuzz.seed=" + SEED + " -Dpenstock.fuzz.raw=" + REQUESTS);
        try (var clients = Executors.newFixedThreadPool(24, Thread.ofVirtual().factory())) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < REQUESTS; i++) {
                long seed = SEED + i;
                all.add(clients.submit(() -> client.exchange(madeUp(new Random(seed)))
                        .forEach(reply -> assertThat(isFine(reply)).as("seed " + seed + ": " + reply).isTrue())));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
        assertThat(fixture.counted("penstock.gateway.requests.failed")).isZero();
        assertThat(client.exchange((GET + CLOSE).getBytes(StandardCharsets.US_ASCII)).getFirst().status())
                .isEqualTo(200);
    }

    /** One of the requests above with some bytes changed, left out, doubled or moved, perhaps followed by another. */
    private static byte[] madeUp(Random random) {
        List<String> known = requests().map(one -> String.valueOf(one.get()[1])).toList();
        StringBuilder text = new StringBuilder();
        for (int n = 1 + random.nextInt(2); n > 0; n--) {
            text.append(known.get(random.nextInt(known.size())));
        }
        for (int n = random.nextInt(6); n > 0 && text.length() > 10; n--) {
            int at = random.nextInt(text.length());
            int end = Math.min(text.length(), at + 1 + random.nextInt(8));
            switch (random.nextInt(4)) {
                case 0 -> text.setCharAt(at, (char) random.nextInt(256));
                case 1 -> text.delete(at, end);
                case 2 -> text.insert(random.nextInt(text.length()), text.substring(at, end));
                default -> text.insert(at, "\r\n");
            }
        }
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Another version of HTTP is answered 501 by Vert.x itself, before there is a request. */
    private static boolean isFine(Reply reply) {
        return reply.status() < 500 || (reply.status() == 501 && reply.body().isEmpty());
    }

    private void isProper(Reply reply) {
        assertThat(isFine(reply)).as(reply.toString()).isTrue();
        if (reply.status() >= 400 && reply.status() < 500) {
            assertThat(reply.header("Content-Type")).as(reply.toString()).isEqualTo("application/problem+json");
            assertThat(contract.problems(contract.document().at("/components/schemas/Problem"), reply.body(), true))
                    .as(reply.toString())
                    .isEmpty();
        }
    }
}
