package dev.penstock.session;

import static dev.penstock.session.TestSession.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A container that is killed in mid-run has no chance to remove its files: the next one does. */
class LeftoversTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int OTHER_UIDS = 32;

    @TempDir
    Path folder;

    private final HttpClient client = HttpClient.newHttpClient();

    @ParameterizedTest
    @ValueSource(strings = {"bubblewrap", "unshare", "own-user"})
    void theNextContainerRemovesWhatADeadOneLeftAndNothingOfOneThatLives(String isolation) throws Exception {
        assumeThat(TestSession.offers(isolation)).as(isolation + " needs root or a package that is missing").isTrue();
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path precious = Files.writeString(folder.resolve("precious"), "kept");
        String mark = "mark-" + UUID.randomUUID();
        Process dying = start(isolation, 0);
        Process living = start(isolation, OTHER_UIDS);
        // Programs of the third isolation share /tmp with everybody.
        Path left = Path.of("/tmp", mark);
        Path ofOther = Files.createFile(Path.of("/tmp", mark + "-other"));
        try {
            URI own = base(dying);
            URI other = base(living);
            var answer = client.sendAsync(request(own, hoarding(mark, precious)), BodyHandlers.discarding());
            await().atMost(PATIENCE).until(() -> EndingTest.isRunning(mark + "-ready"));
            List<Path> both = homes();
            if (isolation.equals("own-user")) {
                Files.setAttribute(ofOther, "unix:uid", TestSession.FIRST_UID + OTHER_UIDS);
                assertThat(left).isDirectory();
            }
            killWithAllItStarted(dying);
            await().atMost(PATIENCE).until(() -> !EndingTest.isRunning(mark));
            assertThat(answer).failsWithin(PATIENCE);
            assertThat(homes()).isEqualTo(both).hasSize(2);

            try (var next = TestSession.start("PENSTOCK_ISOLATION", isolation, "PENSTOCK_SESSION_FOLDER",
                    folder.toString())) {
                assertThat(homes()).hasSize(2).isNotEqualTo(both);
                assertThat(next.run("bash", code("echo next")).path("stdout").textValue()).isEqualTo("next\n");
            }
            assertThat(homes()).hasSize(1);
            assertThat(client.send(request(other, code("echo on")), BodyHandlers.ofString()).body()).contains("on\\n");
            assertThat(precious).hasContent("kept");
            assertThat(left).doesNotExist();
            assertThat(ofOther).exists();
        } finally {
            Files.delete(ofOther);
            dying.destroyForcibly();
            living.getOutputStream().close();
            assertThat(living.waitFor()).isZero();
            client.close();
        }
        assertThat(homes()).isEmpty();
    }

    /** Leaves what is hard to remove, and doesn't end. */
    private static ObjectNode hoarding(String mark, Path precious) {
        ObjectNode body = code("ln -s " + precious + " link; mkdir -p a/b/c /tmp/$1/locked; touch /tmp/$1/locked/file;"
                + " ln -s " + precious + " /tmp/$1/link; chmod 0 a/b /tmp/$1/locked; exec -a $1-ready sleep 1000");
        body.putArray("args").add(mark);
        body.putObject("limits").put("wallTimeMs", 100_000);
        return body;
    }

    private Process start(String isolation, int uids) throws IOException {
        // Nobody but its owner can read what a process of such a umask makes; programs must run all the same.
        return new ProcessBuilder("sh", "-c", "umask 077; exec \"$@\"", "sh",
                System.getProperty("java.home") + "/bin/java", "-cp",
                System.getProperty("java.class.path"), ContainerProcess.class.getName(), "PENSTOCK_SESSION_FOLDER",
                folder.toString(), "PENSTOCK_ISOLATION", isolation, "PENSTOCK_RUN_FIRST_UID",
                Integer.toString(TestSession.FIRST_UID + uids)).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    /** As when a machine's memory runs out, or a container engine stops all at once: nobody is left to tidy up. */
    private static void killWithAllItStarted(Process container) {
        List<ProcessHandle> started = container.descendants().toList();
        container.destroyForcibly();
        started.forEach(ProcessHandle::destroyForcibly);
    }

    private static URI base(Process container) throws IOException {
        // Its log goes to the same stream.
        BufferedReader output = container.inputReader();
        String line = Objects.requireNonNull(output.readLine());
        while (!line.matches("\\d+")) {
            line = Objects.requireNonNull(output.readLine());
        }
        return URI.create("http://127.0.0.1:" + line);
    }

    private static HttpRequest request(URI base, ObjectNode body) {
        return HttpRequest.newBuilder(base.resolve("/bash/execute"))
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.toString()))
                .build();
    }

    private List<Path> homes() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(path -> path.getFileName().toString().startsWith("penstock-session-")).sorted().toList();
        }
    }
}
