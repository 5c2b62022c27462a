package dev.penstock.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.penstock.contracts.Json;
import dev.penstock.gateway.Caller;
import dev.penstock.gateway.FakeWorker;
import dev.penstock.gateway.GatewayFixture;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that are silent, slow or too many, and the end of a gateway that has clients. */
class ConnectionsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String HEAD = "GET /v1/runtimes HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: "
            + GatewayFixture.API_KEY + "\r\n";

    @TempDir
    private Path folder;

    @Test
    void a_silent_client_is_cut_off() throws IOException {
        try (GatewayFixture fixture = impatient(); Socket socket = connect(fixture)) {
            assertThat(endOf(socket)).isEmpty();
        }
    }

    @Test
    void a_head_that_comes_byte_by_byte_is_cut_off() throws Exception {
        try (GatewayFixture fixture = impatient(); Socket socket = connect(fixture)) {
            // Sends for as long as it may: the gateway's patience must not begin anew with every byte.
            Thread dripping = Thread.ofVirtual().start(() -> drip(socket));
            assertThat(endOf(socket)).isEmpty();
            dripping.interrupt();
        }
    }

    @Test
    void a_body_that_nobody_reads_is_cut_off_however_slowly_it_comes() throws Exception {
        try (GatewayFixture fixture = impatient(); Socket socket = connect(fixture)) {
            socket.getOutputStream()
                    .write((HEAD.replace("GET", "PUT") + "Content-Length: 1000000\r\n\r\n")
                            .getBytes(StandardCharsets.UTF_8));
            Thread dripping = Thread.ofVirtual().start(() -> drip(socket));
            assertThat(endOf(socket)).startsWith("HTTP/1.1 405");
            dripping.interrupt();
        }
    }

    @Test
    void a_client_between_two_requests_is_cut_off_but_not_one_that_waits() throws Exception {
        try (GatewayFixture fixture = impatient();
                FakeWorker worker = fixture.worker();
                Socket socket = connect(fixture)) {
            String id = submit(fixture.caller());
            socket.getOutputStream()
                    .write(("GET /v1/jobs/" + id + " HTTP/1.1\r\nHost: localhost\r\nPrefer: wait=20\r\nX-Api-Key: "
                            + GatewayFixture.API_KEY + "\r\n\r\n").getBytes(StandardCharsets.UTF_8));
            // Another connection that was opened later is cut off first: so the one that waits has been spared.
            try (Socket silent = connect(fixture)) {
                assertThat(endOf(silent)).isEmpty();
            }
            worker.say(FakeWorker.finished(worker.take(), 0, "42"));
            assertThat(endOf(socket)).startsWith("HTTP/1.1 200").contains("succeeded");
        }
    }

    @Test
    void connections_beyond_the_limit_are_closed_at_once_and_there_is_room_again_afterwards() throws Exception {
        try (GatewayFixture fixture = GatewayFixture.start(folder, Map.of("PENSTOCK_MAX_CONNECTIONS", "3"))) {
            List<Socket> full = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                full.add(connect(fixture));
                full.getLast().getOutputStream().write((HEAD + "\r\n").getBytes(StandardCharsets.UTF_8));
                assertThat(full.getLast().getInputStream().read()).isEqualTo('H');
            }
            try (Socket surplus = connect(fixture)) {
                assertThat(endOf(surplus)).isEmpty();
            }
            assertThat(fixture.counted("penstock.gateway.connections.refused")).isEqualTo(1);
            full.getFirst().close();
            await().atMost(PATIENCE).until(() -> answers(fixture));
            for (Socket socket : full) {
                socket.close();
            }
        }
    }

    @Test
    void a_stream_that_nobody_reads_takes_no_more_than_the_newest_version() throws Exception {
        try (GatewayFixture fixture = GatewayFixture.start(folder);
                FakeWorker worker = fixture.worker();
                Socket socket = new Socket()) {
            socket.setReceiveBufferSize(4_096);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), fixture.port()));
            String id = submit(fixture.caller());
            socket.getOutputStream()
                    .write(HEAD.replace("/v1/runtimes", "/v1/jobs/" + id + "/events")
                            .concat("Connection: close\r\n\r\n")
                            .getBytes(StandardCharsets.UTF_8));
            InputStream in = socket.getInputStream();
            assertThat(in.read()).isEqualTo('H');
            worker.say(FakeWorker.finished(worker.take(), 0, "x".repeat(150_000)));
            await().atMost(PATIENCE)
                    .until(() -> fixture.caller().get("/v1/jobs/" + id).body().contains("succeeded"));

            socket.setSoTimeout((int) PATIENCE.toMillis());
            String all = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(all).contains("event: succeeded").contains("x".repeat(150_000));
        }
    }

    @Test
    void a_stream_on_which_nothing_happens_shows_that_it_lives() throws Exception {
        try (GatewayFixture fixture = GatewayFixture.start(folder, Map.of("PENSTOCK_HEARTBEAT", "100ms"))) {
            Caller caller = fixture.caller();
            Stream<String> lines = caller.stream("/v1/jobs/" + submit(caller) + "/events").join().body();
            assertTimeoutPreemptively(PATIENCE, () -> assertThat(lines.filter(":"::equals).limit(2)).hasSize(2));
        }
    }

    @Test
    void a_gateway_that_stops_is_first_unready_and_still_answers_then_ends_streams_and_waits() throws Exception {
        try (GatewayFixture fixture = GatewayFixture.start(folder,
                Map.of("PENSTOCK_DRAIN_DELAY", "5s", "PENSTOCK_GATEWAY_MANAGEMENT_PORT", "0"))) {
            Caller caller = fixture.caller();
            Caller management = new Caller("http://127.0.0.1:" + fixture.managementPort(), "");
            String id = submit(caller);
            CompletableFuture<HttpResponse<Stream<String>>> stream = caller.stream("/v1/jobs/" + id + "/events");
            stream.join();
            CompletableFuture<HttpResponse<String>> waiting = CompletableFuture
                    .supplyAsync(() -> caller.get("/v1/jobs/" + id, "Prefer", "wait=60"));
            CompletableFuture<Void> stopping = CompletableFuture.runAsync(fixture::stopGateway);

            await().atMost(PATIENCE).until(() -> management.get("/ready").statusCode() == 503);
            assertThat(caller.post("/v1/jobs", "{\"language\":\"python\",\"code\":\"1\"}").statusCode())
                    .as("unready, but still taking jobs")
                    .isEqualTo(202);
            List<String> lines = stream.join().body().toList();
            assertThat(lines.stream().filter(line -> line.startsWith("retry: ")).toList())
                    .as("told when to come back, at the start and at the end")
                    .hasSize(2);
            assertThat(waiting.join().statusCode()).isEqualTo(200);
            assertThat(Caller.json(waiting.join()).path("status").asText()).isEqualTo("queued");
            stopping.join();
        }
    }

    private GatewayFixture impatient() {
        return GatewayFixture.start(folder, Map.of("PENSTOCK_IDLE_TIMEOUT", "1s"));
    }

    private static boolean answers(GatewayFixture fixture) throws IOException {
        try (Socket socket = connect(fixture)) {
            socket.getOutputStream().write((HEAD + "Connection: close\r\n\r\n").getBytes(StandardCharsets.UTF_8));
            return endOf(socket).startsWith("HTTP/1.1 200");
        }
    }

    private static Socket connect(GatewayFixture fixture) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), fixture.port());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }

    /** What came until the gateway closed; fails if it doesn't. */
    private static String endOf(Socket socket) throws IOException {
        StringBuilder text = new StringBuilder();
        try {
            for (int c = socket.getInputStream().read(); c >= 0; c = socket.getInputStream().read()) {
                text.append((char) c);
            }
        } catch (SocketException reset) {
            // Closed with something unread: closed nevertheless.
        }
        return text.toString();
    }

    /** A client that is too slow, but never silent: its pace is what is tested, and nothing waits for it. */
    private static void drip(Socket socket) {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                socket.getOutputStream().write('A');
                socket.getOutputStream().flush();
                Thread.sleep(20);
            }
        } catch (IOException | InterruptedException over) {
            // Cut off, as it should be.
        }
    }

    private static String submit(Caller caller) throws IOException {
        return Json.MAPPER.readTree(caller.post("/v1/jobs", "{\"language\":\"python\",\"code\":\"1\"}").body())
                .path("id")
                .asText();
    }
}
