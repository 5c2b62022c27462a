package dev.penstock.session;

import static dev.penstock.session.TestSession.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A container for programs that mean harm. Each runs beside a well-behaved neighbour, whose answer must be right all the
 * same, and must leave no process, file or mount.
 */
final class HostileSession implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String NEIGHBOUR = """
            import sys
            total = 0
            for line in sys.stdin:
                total += int(line)
            print(total)
            """;

    private final Path folder;
    private final TestSession session;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private HostileSession(Path folder, TestSession session) {
        this.folder = folder;
        this.session = session;
    }

    static HostileSession start(String isolation, Path parent) throws Exception {
        Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path folder = Files.createDirectory(parent.resolve(isolation));
        return new HostileSession(folder, TestSession.start("PENSTOCK_ISOLATION", isolation, "PENSTOCK_SESSION_FOLDER",
                folder.toString(), "PENSTOCK_RUN_WALL_TIME", "3s", "PENSTOCK_RUN_DISK_MIB", "32",
                "PENSTOCK_SESSION_CONCURRENCY", "4", "PENSTOCK_RUN_MAX_MEMORY_MIB", "512"));
    }

    Path folder() {
        return folder;
    }

    int port() {
        return session.port();
    }

    JsonNode run(String language, String code) throws Exception {
        return run(language, code(code));
    }

    /** Runs it, and returns its answer once the neighbour's was seen to be right and nothing was left. */
    JsonNode run(String language, ObjectNode body) throws Exception {
        ObjectNode friendly = code(NEIGHBOUR).put("stdin", "1\n".repeat(5000));
        friendly.putObject("limits").put("wallTimeMs", 60_000);
        String mark = "hostile-" + UUID.randomUUID();
        body.putArray("args").add(mark);
        Set<String> mountsBefore = mounts();

        Future<JsonNode> neighbour = threads.submit(() -> session.run("python", friendly));
        JsonNode answer = session.run(language, body);

        assertThat(neighbour).succeedsWithin(PATIENCE)
                .satisfies(own -> assertThat(own.path("stdout").textValue()).isEqualTo("5000\n"));
        await().atMost(PATIENCE).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(10)).untilAsserted(() -> {
            assertThat(EndingTest.running(mark)).isEmpty();
            assertThat(runFolders()).isEmpty();
        });
        assertThat(processesOfPrograms()).isEmpty();
        assertThat(mounts()).isEqualTo(mountsBefore);
        return answer;
    }

    private static Set<String> mounts() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mounts")).stream().collect(Collectors.toUnmodifiableSet());
    }

    private List<Path> runFolders() throws IOException {
        try (Stream<Path> all = Files.walk(folder, 2)) {
            return all.filter(path -> path.getFileName().toString().startsWith("run-")).toList();
        }
    }

    /** Those of the users that this session gives to programs, where it is root. */
    private static List<Path> processesOfPrograms() throws IOException {
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            return processes.filter(process -> process.getFileName().toString().matches("\\d+"))
                    .filter(process -> uid(process) >= TestSession.FIRST_UID
                            && uid(process) < TestSession.FIRST_UID + 64)
                    .toList();
        }
    }

    private static int uid(Path process) {
        try {
            return (Integer) Files.getAttribute(process, "unix:uid");
        } catch (IOException ended) {
            return -1;
        }
    }

    @Override
    public void close() {
        threads.close();
        session.close();
        assertThat(folder).isEmptyDirectory();
    }
}
