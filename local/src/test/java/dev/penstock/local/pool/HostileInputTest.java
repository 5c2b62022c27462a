package dev.penstock.local.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** No input makes the pool hang, answer 500 or forward what it must not. */
@Timeout(60)
class HostileInputTest {
    private static final String AUTH = "Host: pool\r\nAuthorization: Bearer " + Caller.TOKEN + "\r\n";

    private final Rig rig = new Rig(PoolSettings.of(2));

    @AfterEach
    void stop() {
        rig.close();
    }

    static Stream<String> requests() {
        return Stream.of("nonsense\r\n\r\n", "GET\r\n\r\n", "G\u0000T /x\u0001 HTTP/1.1\r\n" + AUTH + "\r\n",
                "GET /x?identifier=job%2 HTTP/1.1\r\n" + AUTH + "\r\n",
                "GET /x?identifier=%zz HTTP/1.1\r\n" + AUTH + "\r\n",
                "GET /x?identifier=job%001 HTTP/1.1\r\n" + AUTH + "\r\n",
                "OPTIONS * HTTP/1.1\r\n" + AUTH + "\r\n",
                "GET ?identifier=job-1 HTTP/1.1\r\n" + AUTH + "\r\n",
                "CONNECT elsewhere:443 HTTP/1.1\r\n" + AUTH + "\r\n",
                "GET /x?identifier=" + "a".repeat(100_000) + " HTTP/1.1\r\n" + AUTH + "\r\n",
                "GET /x HTTP/1.1\r\n" + AUTH + "X-Long: " + "a".repeat(100_000) + "\r\n\r\n",
                "POST /x HTTP/1.1\r\n" + AUTH + "Content-Length: -1\r\n\r\n",
                "POST /x HTTP/1.1\r\n" + AUTH + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                "POST /x HTTP/1.1\r\n" + AUTH + "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
                "POST /.management/listSessions?skip=99999999999&api-version=2025-10-02-preview HTTP/1.1\r\n" + AUTH
                        + "\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET /.local/stats HTTP/1.1\r\n" + AUTH + "\r\n");
    }

    @ParameterizedTest
    @MethodSource("requests")
    void isRefusedOrDropped(String request) throws Exception {
        assertThat(exchange(request)).matches("(?s)(HTTP/[12].[01] (4\\d\\d|501) .*)?");
        assertThat(rig.pool.stats().allocated()).isZero();
        assertThat(rig.caller.get("/x?identifier=job-1").statusCode()).as("the next request").isEqualTo(200);
    }

    @Test
    void anAbsoluteUrlReachesTheContainerAndNoOtherHost() throws Exception {
        assertThat(exchange("GET http://elsewhere.invalid/x?identifier=job-1 HTTP/1.1\r\n" + AUTH + "\r\n"))
                .startsWith("HTTP/1.1 200")
                .endsWith("GET /x?identifier=job-1\n");
    }

    @Test
    void headersOfOneConnectionDoNotPass() throws Exception {
        String answer = exchange("GET /x?identifier=job-1 HTTP/1.1\r\n" + AUTH
                + "Connection: x-secret , x-other\r\nConnection: close\r\nX-Secret: 1\r\nProxy-Authorization: 2\r\nTE: trailers\r\nX-Kept: 3\r\n\r\n");
        assertThat(answer).containsIgnoringCase("Echo-X-Kept: 3")
                .doesNotContainIgnoringCase("Echo-X-Secret")
                .doesNotContainIgnoringCase("Echo-Proxy-Authorization")
                .doesNotContainIgnoringCase("Echo-TE:");
    }

    @Test
    void theBodyOfARefusedRequestIsReadAwaySoThatTheAnswerArrives() throws Exception {
        String body = "x".repeat(5_000_000);
        assertThat(rig.caller.post("/x?identifier=no", body).statusCode()).isEqualTo(400);
        assertThat(rig.caller.post("/.management/other?" + Caller.API, body).statusCode()).isEqualTo(400);
    }

    /** Sends, asking that the connection be closed afterwards where there is a place to ask, and reads until it is. */
    private String exchange(String request) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), rig.pool.port())) {
            socket.setSoTimeout(20_000);
            String closing = request.replaceFirst("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
            String sent = request.contains("HTTP/1.1") && !request.contains("Connection:") ? closing : request;
            socket.getOutputStream().write(sent.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (SocketException reset) {
            return "";
        }
    }
}
