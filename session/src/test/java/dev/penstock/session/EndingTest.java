package dev.penstock.session;

import static dev.penstock.session.TestSession.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs end with whoever wanted them, and leave nothing. */
class EndingTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** A program that can be found among the machine's processes by its argument, and that never ends. */
    private static ObjectNode endless(String mark) {
        ObjectNode body = code("trap '' TERM HUP INT\nwhile :; do read -t 1000 <> <(:); done");
        body.putArray("args").add(mark);
        body.putObject("limits").put("wallTimeMs", 100_000);
        return body;
    }

    static boolean isRunning(String mark) {
        return !running(mark).isEmpty();
    }

    /** Those whose arguments or environment hold it. */
    static List<Path> running(String mark) {
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            return processes.filter(process -> process.getFileName().toString().matches("\\d+"))
                    .filter(process -> read(process, "cmdline").contains(mark)
                            || read(process, "environ").contains(mark))
                    .toList();
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    private static String read(Path process, String file) {
        try {
            return Files.readString(process.resolve(file), StandardCharsets.ISO_8859_1);
        } catch (IOException ended) {
            return "";
        }
    }

    @Test
    void aProgramDiesWhenItsClientGoesAway() throws Exception {
        String mark = "mark-" + UUID.randomUUID();
        String body = endless(mark).toString();
        try (var session = TestSession.start()) {
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), session.port())) {
                socket.getOutputStream()
                        .write(("POST /bash/execute HTTP/1.1\r\nHost: localhost\r\n"
                                + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n"
                                + body)
                                .getBytes(StandardCharsets.UTF_8));
                await().atMost(PATIENCE).until(() -> isRunning(mark));
            }
            await().atMost(PATIENCE).until(() -> !isRunning(mark));
            await().atMost(PATIENCE)
                    .until(() -> TestSession.json(session.get("/health"))
                            .path("counts")
                            .path("abandoned")
                            .intValue() == 1);
        }
    }

    @Test
    void closingTheContainerKillsWhatRunsAndRemovesEveryFile(@TempDir Path folder) throws Exception {
        String mark = "mark-" + UUID.randomUUID();
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            var session = TestSession.start("PENSTOCK_SESSION_FOLDER", folder.toString());
            Future<HttpResponse<String>> answer = clients
                    .submit(() -> session.post("/bash/execute", endless(mark).put("jobId", "job-1234").toString()));
            await().atMost(PATIENCE).until(() -> isRunning(mark));
            session.close();

            assertThat(isRunning(mark)).isFalse();
            assertThat(folder).isEmptyDirectory();
            assertThat(answer).succeedsWithin(PATIENCE).satisfies(closed -> {
                assertThat(closed.statusCode()).isEqualTo(503);
                SessionApiTest.assertMarked(closed.headers().map().toString());
            });
        }
    }

    @Test
    void programsDieWithAContainerThatIsKilled(@TempDir Path folder) throws Exception {
        String mark = "mark-" + UUID.randomUUID();
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        ContainerProcess container = ContainerProcess.start(List.of(), List.of(), "PENSTOCK_SESSION_FOLDER",
                folder.toString());
        try {
            var answer = container.client()
                    .sendAsync(container.execute("bash", endless(mark)), HttpResponse.BodyHandlers.discarding());
            await().atMost(PATIENCE).until(() -> isRunning(mark));
            container.process().destroyForcibly();

            await().atMost(PATIENCE).until(() -> !isRunning(mark));
            assertThat(answer).failsWithin(PATIENCE);
        } finally {
            container.close();
        }
    }

    /** As by Ctrl-C in a terminal. In namespaces the first process hears no such signal; with a user of its own it would. */
    @Test
    void programsDieWithAContainerWhoseWholeProcessGroupIsToldToEnd(@TempDir Path folder) throws Exception {
        assumeThat(TestSession.offers("own-user")).as("own-user needs root").isTrue();
        String mark = "mark-" + UUID.randomUUID();
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        ContainerProcess container = ContainerProcess.start(List.of(), List.of(), "PENSTOCK_SESSION_FOLDER",
                folder.toString(), "PENSTOCK_ISOLATION", "own-user");
        try {
            var answer = container.client()
                    .sendAsync(container.execute("bash", endless(mark)), HttpResponse.BodyHandlers.discarding());
            await().atMost(PATIENCE).until(() -> isRunning(mark));
            container.process().descendants().forEach(ProcessHandle::destroy);
            container.process().destroyForcibly();

            await().atMost(PATIENCE).until(() -> !isRunning(mark));
            assertThat(answer).failsWithin(PATIENCE);
        } finally {
            container.close();
        }
    }

    @Test
    void whoFindsNoPlaceInTheLineIsTurnedAwayWithRetryAfter() throws Exception {
        String mark = "mark-" + UUID.randomUUID();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
                var session = TestSession.start("PENSTOCK_SESSION_CONCURRENCY", "1", "PENSTOCK_SESSION_LINE", "1")) {
            Callable<Integer> ask = () -> session.post("/bash/execute", endless(mark).toString()).statusCode();
            List<Future<Integer>> asked = new ArrayList<>();
            asked.add(clients.submit(ask));
            await().atMost(PATIENCE).until(() -> isRunning(mark));
            asked.add(clients.submit(ask));
            await().atMost(PATIENCE)
                    .until(() -> TestSession.json(session.get("/health"))
                            .path("waiting")
                            .intValue() == 1);

            var refused = session.post("/bash/execute", code("").put("jobId", "job-1234").toString());

            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.headers().firstValue("Retry-After")).contains("1");
            SessionApiTest.assertMarked(refused.headers().map().toString());
            assertThat(asked).noneMatch(Future::isDone);
        }
    }
}
