package dev.penstock.local.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bodies of any size pass both ways without piling up in the pool, and none that broke off passes for a whole one. */
@Timeout(60)
class StreamingTest {
    private static final int CHUNK = 64 * 1024;
    private static final long TOTAL = 1_000L * CHUNK;

    private final Rig rig = new Rig(PoolSettings.of(2));

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void anUploadGoesAtThePaceOfTheContainer() throws Exception {
        try (Socket socket = connect("POST", "Connection: close\r\nContent-Length: " + TOTAL)) {
            var sent = new AtomicLong();
            Thread writer = Thread.ofVirtual().start(() -> write(socket, sent));
            HttpServerRequest slow = rig.target.awaitHeld();
            awaitStall(sent::get);
            assertThat(sent.get()).as("bytes taken while the container reads nothing").isLessThan(TOTAL);
            var received = new AtomicLong();
            slow.handler(part -> received.addAndGet(part.length()));
            slow.endHandler(end -> slow.response().end("all read"));
            slow.resume();
            assertThat(readAll(socket)).contains("all read");
            writer.join();
            assertThat(received.get()).isEqualTo(TOTAL);
        }
    }

    @Test
    void anAnswerGoesAtThePaceOfTheCaller() throws Exception {
        try (Socket socket = connect("GET", "Connection: close")) {
            HttpServerResponse response = rig.target.awaitHeld().response();
            var written = new AtomicLong();
            response.putHeader("Content-Length", Long.toString(TOTAL));
            response.drainHandler(room -> fill(response, written));
            rig.vertx.runOnContext(start -> fill(response, written));
            awaitStall(written::get);
            assertThat(written.get()).as("bytes taken while the caller reads nothing").isLessThan(TOTAL);
            assertThat((long) readAll(socket).length()).isGreaterThan(TOTAL);
        }
    }

    @Test
    void anUploadThatBreaksOffIsNeverACompleteRequestToTheContainer() throws Exception {
        var ended = new CompletableFuture<String>();
        try (Socket socket = connect("POST", "Transfer-Encoding: chunked")) {
            socket.getOutputStream().write("5\r\nprint\r\n".getBytes(StandardCharsets.US_ASCII));
            HttpServerRequest half = rig.target.awaitHeld();
            half.exceptionHandler(broken -> ended.complete("broken off"));
            half.endHandler(end -> ended.complete("complete"));
            var first = new CompletableFuture<Buffer>();
            half.handler(first::complete);
            half.resume();
            assertThat(first.get()).hasToString("print");
        }
        assertThat(ended.get()).isEqualTo("broken off");
    }

    @Test
    void anAnswerThatBreaksOffIsNeverACompleteAnswerToTheCaller() {
        CompletableFuture<HttpResponse<String>> answer = rig.caller.postAsync("/break?identifier=job-1", "");
        assertThatThrownBy(answer::get).isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(IOException.class);
        rig.awaitAnswered(AnswerKind.CUT, 1);
    }

    @Test
    void anAnswerThatComesBeforeTheRequestWasReadReachesTheCaller() throws Exception {
        try (Socket socket = connect("/early", "POST", "Content-Length: " + TOTAL + "\r\nConnection: close")) {
            socket.getOutputStream().write(new byte[CHUNK]);
            assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 413");
        }
        rig.awaitAnswered(AnswerKind.FORWARDED, 1);
    }

    @Test
    void theAnswerToHeadHasTheLengthAndNoBody() throws Exception {
        try (Socket socket = connect("/status/200", "HEAD", "Connection: close")) {
            assertThat(readAll(socket)).startsWith("HTTP/1.1 200")
                    .containsIgnoringCase("content-length: 10")
                    .endsWith("\r\n\r\n");
        }
    }

    private Socket connect(String method, String header) throws IOException {
        return connect("/hold", method, header);
    }

    private Socket connect(String path, String method, String header) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), rig.pool.port());
        socket.setSoTimeout(20_000);
        String head = method + " " + path + "?identifier=job-1 HTTP/1.1\r\nHost: pool\r\nAuthorization: Bearer "
                + Caller.TOKEN + "\r\n" + header + "\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static void write(Socket socket, AtomicLong sent) {
        try {
            OutputStream out = socket.getOutputStream();
            var chunk = new byte[CHUNK];
            while (sent.get() < TOTAL) {
                out.write(chunk);
                sent.addAndGet(CHUNK);
            }
        } catch (IOException cut) {
            throw new IllegalStateException(cut);
        }
    }

    private static void fill(HttpServerResponse response, AtomicLong written) {
        while (written.get() < TOTAL && !response.writeQueueFull()) {
            response.write(Buffer.buffer(new byte[CHUNK]));
            if (written.addAndGet(CHUNK) == TOTAL) {
                response.end();
            }
        }
    }

    /** Waits until something has begun and does not move any more. A slow machine at worst sees a stall too early. */
    private static void awaitStall(LongSupplier progress) {
        await().atMost(Duration.ofSeconds(20)).until(new Stall(progress)::reached);
    }

    private static final class Stall {
        private final LongSupplier progress;
        private long last;
        private int still;

        Stall(LongSupplier progress) {
            this.progress = progress;
        }

        boolean reached() {
            long now = progress.getAsLong();
            still = now > 0 && now == last ? still + 1 : 0;
            last = now;
            return still >= 5;
        }
    }

    private static String readAll(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        var text = new StringBuilder();
        var part = new byte[CHUNK];
        int length = in.read(part);
        while (length >= 0) {
            text.append(new String(part, 0, length, StandardCharsets.ISO_8859_1));
            length = in.read(part);
        }
        return text.toString();
    }
}
