package dev.penstock.session;

import static dev.penstock.session.TestSession.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A container for programs that mean harm. Each runs beside a well-behaved neighbour, which must outlive it and whose
 * answer must be right all the same, and must leave no process, file or mount.
 */
@SuppressWarnings("NullAway.Init") // the neighbour is started by the constructor
final class HostileSession implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final long NEIGHBOUR_MS = 600_000;
    /** Works, waits and works until a file appears beside its input, which only this test can put there. */
    private static final String NEIGHBOUR = """
            import os, sys, time
            numbers = [int(line) for line in sys.stdin]
            inside = '/penstock/in' if os.path.isdir('/penstock/in') else os.environ['TMPDIR'] + '/../in'
            while not os.path.exists(inside + '/stop'):
                if sum(numbers) != 5000: sys.exit(1)
                time.sleep(0.02)
            print(sum(numbers))
            """;

    private final Path folder;
    private final TestSession session;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private Future<JsonNode> neighbour;
    private Path neighbourFolder;

    private HostileSession(Path folder, TestSession session) throws IOException {
        this.folder = folder;
        this.session = session;
        startNeighbour();
    }

    /** One neighbour is there during many programs: it has to live through all of them. */
    private void startNeighbour() throws IOException {
        List<Path> others = runFolders();
        ObjectNode friendly = code(NEIGHBOUR).put("stdin", "1\n".repeat(5000));
        friendly.putObject("limits").put("wallTimeMs", NEIGHBOUR_MS);
        neighbour = threads.submit(() -> session.run("python", friendly));
        await().atMost(PATIENCE)
                .until(() -> runFolders().stream()
                        .anyMatch(own -> !others.contains(own)
                                && Files.exists(own.resolve("in/launch"))));
        neighbourFolder = runFolders().stream().filter(own -> !others.contains(own)).findFirst().orElseThrow();
    }

    /** Ends it, unless somebody else has: its work must be whole. */
    private void stopNeighbour() throws IOException {
        if (!neighbour.isDone()) {
            Path stop = Files.createFile(neighbourFolder.resolve("in/stop"));
            Files.setPosixFilePermissions(stop, PosixFilePermissions.fromString("rw-r--r--"));
        }
        assertThat(neighbour).succeedsWithin(PATIENCE).satisfies(answer -> {
            assertThat(TestSession.verdict(answer)).as("%s", answer).isEqualTo("ok");
            assertThat(answer.path("stdout").textValue()).isEqualTo("5000\n");
        });
    }

    static HostileSession start(String isolation, Path parent) throws Exception {
        Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path folder = Files.createDirectory(parent.resolve(isolation));
        return new HostileSession(folder, TestSession.start("PENSTOCK_ISOLATION", isolation, "PENSTOCK_SESSION_FOLDER",
                folder.toString(), "PENSTOCK_RUN_WALL_TIME", "3s", "PENSTOCK_RUN_DISK_MIB", "32",
                "PENSTOCK_SESSION_CONCURRENCY", "5", "PENSTOCK_RUN_MAX_WALL_TIME", "10m", "PENSTOCK_RUN_MAX_MEMORY_MIB",
                "512",
                "PENSTOCK_COMPILE_WALL_TIME", "3s", "PENSTOCK_RUN_FILES", "2000"));
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
        return runTogether(List.of(Map.entry(language, body))).getFirst();
    }

    /** The same with one program in each of those languages, all at once. */
    Map<String, JsonNode> runTogether(Map<String, String> codes) throws Exception {
        List<Map.Entry<String, ObjectNode>> programs = new ArrayList<>();
        codes.forEach((language, code) -> programs.add(Map.entry(language, code(code))));
        List<JsonNode> answers = runTogether(programs);
        Map<String, JsonNode> all = new HashMap<>();
        for (JsonNode answer : answers) {
            all.put(programs.get(all.size()).getKey(), answer);
        }
        return all;
    }

    private List<JsonNode> runTogether(List<Map.Entry<String, ObjectNode>> programs) throws Exception {
        String mark = "hostile-" + UUID.randomUUID();
        Set<String> mountsBefore = mounts();
        List<Future<JsonNode>> running = new ArrayList<>();
        for (Map.Entry<String, ObjectNode> program : programs) {
            program.getValue().withArray("args").add(mark);
            program.getValue().withObjectProperty("env").put("PENSTOCK_MARK", mark);
            running.add(threads.submit(() -> session.run(program.getKey(), program.getValue())));
        }
        List<JsonNode> answers = new ArrayList<>();
        for (Future<JsonNode> one : running) {
            answers.add(one.get());
        }

        await().atMost(PATIENCE).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(10)).untilAsserted(() -> {
            assertThat(EndingTest.running(mark)).isEmpty();
            assertThat(runFolders()).allMatch(neighbourFolder::equals);
        });
        assertThat(processesOfPrograms()).isEmpty();
        assertThat(filesOfPrograms()).isEmpty();
        assertThat(mounts()).isEqualTo(mountsBefore);
        if (neighbour.isDone()) {
            JsonNode ended = neighbour.get();
            startNeighbour();
            throw new AssertionError("the neighbour did not live through it: " + ended);
        }
        return answers;
    }

    /** Names of those that are installed. */
    List<String> languages() {
        return TestSession.json(session.get("/runtimes")).findValuesAsText("language");
    }

    /** Those that a sandbox makes. Whatever else this machine mounts meanwhile is none of our business. */
    private Set<String> mounts() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mounts"))
                .stream()
                .filter(mount -> Stream.of("penstock ", " /mnt", "/newroot", "/oldroot", folder.toString())
                        .anyMatch(mount::contains))
                .collect(Collectors.toUnmodifiableSet());
    }

    private List<Path> runFolders() throws IOException {
        try (Stream<Path> all = Files.walk(folder, 2)) {
            return all.filter(path -> path.getFileName().toString().startsWith("run-")).toList();
        }
    }

    /** In places where every user may make files. */
    private List<Path> filesOfPrograms() throws IOException {
        var left = new ArrayList<Path>();
        for (String place : List.of("/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run/lock")) {
            if (Files.isDirectory(Path.of(place))) {
                try (Stream<Path> files = Files.list(Path.of(place))) {
                    files.filter(this::isOfAProgram).forEach(left::add);
                }
            }
        }
        return left;
    }

    /** Those of the users that this session gives to programs, where it is root. */
    private List<Path> processesOfPrograms() throws IOException {
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            return processes.filter(process -> process.getFileName().toString().matches("\\d+"))
                    .filter(this::isOfAProgram)
                    .toList();
        }
    }

    private boolean isOfAProgram(Path path) {
        int uid = uid(path);
        return uid >= TestSession.FIRST_UID && uid < TestSession.FIRST_UID + 64 && uid != neighbourUid();
    }

    private int neighbourUid() {
        return gid(neighbourFolder.resolve("in"));
    }

    private static int gid(Path path) {
        try {
            return (Integer) Files.getAttribute(path, "unix:gid", LinkOption.NOFOLLOW_LINKS);
        } catch (IOException ended) {
            return -1;
        }
    }

    private static int uid(Path path) {
        try {
            return (Integer) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        } catch (IOException ended) {
            return -1;
        }
    }

    @Override
    public void close() throws IOException {
        stopNeighbour();
        threads.close();
        session.close();
        assertThat(folder).isEmptyDirectory();
    }
}
