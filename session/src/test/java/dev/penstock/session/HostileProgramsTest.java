package dev.penstock.session;

import static dev.penstock.session.TestSession.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Programs that mean harm: each gets an honest verdict, disturbs no neighbour, and leaves no process, file or mount. The
 * neighbour of every test is a well-behaved program that starts before and ends after.
 */
@ParameterizedClass
@ValueSource(strings = {"bubblewrap", "unshare", "own-user"})
@SuppressWarnings("NullAway.Init") // JUnit sets the fields before any test
class HostileProgramsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String NEIGHBOUR = """
            import sys
            total = 0
            for line in sys.stdin:
                total += int(line)
            print(total)
            """;

    @TempDir
    private static Path parent;
    private static Path folder;
    private static TestSession session;
    private static ExecutorService threads;

    @Parameter
    String isolation;

    private String mark;
    private Set<String> mountsBefore;

    @BeforeParameterizedClassInvocation
    static void start(String name) throws Exception {
        assumeThat(TestSession.offers(name)).as(name + " needs root or a package that is missing").isTrue();
        Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));
        folder = Files.createDirectory(parent.resolve(name));
        session = TestSession.start("PENSTOCK_ISOLATION", name, "PENSTOCK_SESSION_FOLDER", folder.toString(),
                "PENSTOCK_RUN_WALL_TIME", "3s", "PENSTOCK_RUN_DISK_MIB", "32", "PENSTOCK_SESSION_CONCURRENCY", "4",
                "PENSTOCK_RUN_MAX_MEMORY_MIB", "512");
        threads = Executors.newVirtualThreadPerTaskExecutor();
    }

    @AfterParameterizedClassInvocation
    static void stop(String name) {
        if (TestSession.offers(name)) {
            threads.close();
            session.close();
            assertThat(folder).isEmptyDirectory();
        }
    }

    @BeforeEach
    void remember() throws IOException {
        mark = "hostile-" + UUID.randomUUID();
        mountsBefore = mounts();
    }

    @AfterEach
    void nothingRemains() throws IOException {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(EndingTest.running(mark)).isEmpty());
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(runFolders()).isEmpty());
        assertThat(processesOfPrograms()).isEmpty();
        assertThat(mounts()).isEqualTo(mountsBefore);
    }

    private static Set<String> mounts() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mounts")).stream().collect(Collectors.toUnmodifiableSet());
    }

    private static List<Path> runFolders() throws IOException {
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

    /** Runs it beside the neighbour, under the mark, and returns its answer once the neighbour's was seen to be right. */
    private JsonNode hostile(String language, ObjectNode body) throws Exception {
        ObjectNode friendly = code(NEIGHBOUR).put("stdin", "1\n".repeat(5000));
        friendly.putObject("limits").put("wallTimeMs", 60_000);
        body.putArray("args").add(mark);
        Future<JsonNode> neighbour = threads.submit(() -> session.run("python", friendly));
        JsonNode answer = session.run(language, body);
        assertThat(neighbour).succeedsWithin(PATIENCE)
                .satisfies(own -> assertThat(own.path("stdout").textValue()).isEqualTo("5000\n"));
        return answer;
    }

    private JsonNode hostile(String language, String code) throws Exception {
        return hostile(language, code(code));
    }

    private static String verdict(JsonNode answer) {
        return answer.path("verdict").textValue();
    }

    private static ObjectNode limited(String code, Map<String, Long> limits) {
        ObjectNode body = code(code);
        var node = body.putObject("limits");
        limits.forEach((name, value) -> node.put(name, value));
        return body;
    }

    @Test
    void aForkBombIsStoppedAtTheWallTimeLimit() throws Exception {
        JsonNode answer = hostile("python", limited("""
                import os
                while True:
                    try:
                        os.fork()
                    except OSError:
                        pass
                """, Map.of("wallTimeMs", 700L)));

        assertThat(verdict(answer)).isEqualTo("time_limit");
    }

    @Test
    void childrenThatLeaveTheSessionAndForkTwiceDieWithTheProgram() throws Exception {
        JsonNode answer = hostile("python", """
                import os, sys, time
                sys.stdout.flush()
                if os.fork() == 0:
                    os.setsid()
                    if os.fork() == 0:
                        for stream in (0, 1, 2): os.close(stream)
                        time.sleep(1000)
                    os._exit(0)
                print('parent ends')
                """);

        assertThat(verdict(answer)).isEqualTo("ok");
        assertThat(answer.path("stdout").textValue()).isEqualTo("parent ends\n");
    }

    @Test
    void aChildThatKeepsStdoutOpenDoesNotKeepTheAnswer() throws Exception {
        assertThat(verdict(hostile("bash", "sleep 1000 & disown; echo done"))).isEqualTo("ok");
    }

    @Test
    void ignoredSignalsDoNotHelp() throws Exception {
        JsonNode answer = hostile("python", limited("""
                import signal, time
                for number in range(1, 65):
                    try: signal.signal(number, signal.SIG_IGN)
                    except (OSError, ValueError): pass
                print('deaf', flush=True)
                while True: time.sleep(1)
                """, Map.of("wallTimeMs", 500L)));

        assertThat(verdict(answer)).isEqualTo("time_limit");
        assertThat(answer.path("stdout").textValue()).isEqualTo("deaf\n");
    }

    @Test
    void aProgramThatStopsItselfAndItsParentIsKilled() throws Exception {
        JsonNode answer = hostile("bash", limited("kill -STOP $PPID; kill -STOP 1; kill -STOP -1; kill -STOP $$",
                Map.of("wallTimeMs", 500L)));

        assertThat(verdict(answer)).isEqualTo("time_limit");
    }

    @Test
    void killingEverybodyKillsOnlyTheProgram() throws Exception {
        JsonNode answer = hostile("bash", "kill -9 -1; kill -9 1; kill -9 $PPID; kill -9 $$");

        assertThat(verdict(answer)).isEqualTo("signal");
        assertThat(answer.path("signal").textValue()).isEqualTo("SIGKILL");
    }

    @Test
    void aMemoryHogIsStoppedAtTheMemoryLimit() throws Exception {
        JsonNode answer = hostile("python", limited("kept = []\nwhile True: kept.append(bytearray(b'x' * (8 << 20)))",
                Map.of("memoryBytes", 100L << 20)));

        assertThat(verdict(answer)).isEqualTo("memory_limit");
    }

    @Test
    void manyProcessesShareOneMemoryLimit() throws Exception {
        JsonNode answer = hostile("python", limited("""
                import os, time
                for _ in range(10):
                    if os.fork() == 0:
                        kept = bytearray(os.urandom(1 << 20) * 30)
                        time.sleep(100)
                time.sleep(100)
                """, Map.of("memoryBytes", 150L << 20, "wallTimeMs", 60_000L)));

        assertThat(verdict(answer)).isEqualTo("memory_limit");
    }

    @Test
    void processesThatOnlyShareMemoryAreNotOverTheLimit() throws Exception {
        JsonNode answer = hostile("python", limited("""
                import os, time
                shared = bytearray(os.urandom(1 << 20) * 60)
                children = [os.fork() or (time.sleep(0.3), os._exit(0)) for _ in range(5)]
                for _ in children: os.wait()
                """, Map.of("memoryBytes", 200L << 20, "wallTimeMs", 60_000L)));

        assertThat(verdict(answer)).isEqualTo("ok");
    }

    @Test
    void cpuTimeOfAllProcessesCountsTogether() throws Exception {
        JsonNode answer = hostile("python", limited("""
                import os
                for _ in range(3): os.fork()
                while True: pass
                """, Map.of("cpuTimeMs", 800L, "wallTimeMs", 60_000L)));

        assertThat(verdict(answer)).isEqualTo("time_limit");
        assertThat(answer.path("message").textValue()).endsWith("its CPU time limit");
    }

    @Test
    void aFastFloodOfOutputIsStoppedAtTheOutputLimit() throws Exception {
        JsonNode answer = hostile("python", "import os\nblock = b'x' * 65536\nwhile True: os.write(2, block)");

        assertThat(verdict(answer)).isEqualTo("output_limit");
        assertThat(answer.path("message").textValue()).isEqualTo("stopped after 1 MiB on stderr: its output limit");
        assertThat(answer.path("stderr").textValue()).hasSize(1 << 20);
    }

    @Test
    void aSlowFloodIsStoppedAtTheTimeLimitWithItsOutputKept() throws Exception {
        JsonNode answer = hostile("bash", limited("while :; do echo drip; sleep 0.1; done",
                Map.of("wallTimeMs", 600L)));

        assertThat(verdict(answer)).isEqualTo("time_limit");
        assertThat(answer.path("stdout").textValue()).startsWith("drip\n");
    }

    @Test
    void aFarmOfZombiesIsReapedAway() throws Exception {
        JsonNode answer = hostile("python", """
                import os, time
                for _ in range(40):
                    if os.fork() == 0: os._exit(0)
                time.sleep(0.2)
                """);

        assertThat(verdict(answer)).isEqualTo("ok");
    }

    @Test
    void openingManyFilesFailsInTheProgramOnly() throws Exception {
        JsonNode answer = hostile("python", """
                held = []
                try:
                    while True: held.append(open('/dev/null'))
                except OSError as e:
                    print(e.strerror)
                """);

        assertThat(answer.path("stdout").textValue()).isEqualTo("Too many open files\n");
    }

    @Test
    void fillingTheDiskEndsAtTheDiskLimit() throws Exception {
        JsonNode answer = hostile("python", """
                try:
                    with open('big', 'wb') as f:
                        while True: f.write(b'x' * (1 << 20))
                except OSError as e:
                    print(e.strerror)
                """);

        assertThat(answer.path("stdout").textValue()).isIn("No space left on device\n", "File too large\n");
    }

    @Test
    void manyFilesTogetherEndAtTheDiskLimit() throws Exception {
        assumeThat(isolation).as("own-user bounds each file only").isNotEqualTo("own-user");
        JsonNode answer = hostile("python", """
                written = 0
                for place in ('.', '/tmp', '/dev/shm'):
                    try:
                        for i in range(200):
                            with open(f'{place}/{i}', 'wb') as f: written += f.write(b'x' * (1 << 20))
                    except OSError as e:
                        print(e.strerror)
                print(written < 100 << 20)
                """);

        assertThat(answer.path("stdout").textValue()).isEqualTo("No space left on device\n".repeat(3) + "True\n");
    }

    @Test
    void aGiantSparseFileIsRefused() throws Exception {
        JsonNode answer = hostile("python", """
                import os
                fd = os.open('sparse', os.O_CREAT | os.O_WRONLY)
                try: os.ftruncate(fd, 1 << 40)
                except OSError as e: print(e.strerror)
                """);

        assertThat(answer.path("stdout").textValue()).isEqualTo("File too large\n");
    }

    @Test
    void linksAndLockedFoldersAreRemovedAndNeverFollowed(@TempDir Path outside) throws Exception {
        Path precious = Files.writeString(outside.resolve("precious"), "kept");
        Files.setPosixFilePermissions(outside, PosixFilePermissions.fromString("rwxrwxrwx"));
        JsonNode answer = hostile("bash", "ln -s " + outside + " link; ln -s / root; mkdir -p locked/inner;"
                + " touch locked/inner/file; chmod 000 locked/inner locked; ln main.sh hard; echo made");

        assertThat(answer.path("stdout").textValue()).isEqualTo("made\n");
        assertThat(precious).hasContent("kept");
    }

    @Test
    void foldersNestedDeeperThanAnyPathAreRemoved() throws Exception {
        JsonNode answer = hostile("python", """
                import os
                for _ in range(3000):
                    os.mkdir('deeper')
                    os.chdir('deeper')
                print('deep')
                """);

        assertThat(answer.path("stdout").textValue()).isEqualTo("deep\n");
    }

    @Test
    void environmentAndFilesOfTheContainerStayHidden() throws Exception {
        JsonNode answer = hostile("bash", "cat /proc/1/environ /proc/$PPID/environ /proc/$PPID/mem; env;"
                + " cat " + folder + "/*/run-*/report; ls " + folder + "/*; ls /proc/$PPID/fd");

        assertThat(answer.path("stdout").textValue()).doesNotContain("surefire", "JAVA", "exit=");
        assertThat(answer.path("stderr").textValue()).contains("Permission denied");
    }

    @Test
    void theFirstProcessCannotBeTraced() throws Exception {
        JsonNode answer = hostile("python", """
                import ctypes, os
                libc = ctypes.CDLL(None, use_errno=True)
                for pid in (1, os.getppid()):
                    print(libc.ptrace(16, pid, None, None), os.strerror(ctypes.get_errno()))
                """);

        assertThat(answer.path("stdout").textValue()).isEqualTo("-1 Operation not permitted\n".repeat(2));
    }

    @Test
    void theNetworkIsOutOfReach() throws Exception {
        assumeThat(isolation).as("own-user leaves the network to the enclosing session").isNotEqualTo("own-user");
        JsonNode answer = hostile("python", """
                import socket
                for where in (('127.0.0.1', %d), ('169.254.169.254', 80), ('1.1.1.1', 53)):
                    try:
                        socket.create_connection(where, 2)
                        print('reached', where)
                    except OSError as e:
                        print('no')
                try: print(socket.gethostbyname('example.com'))
                except OSError: print('no')
                """.formatted(session.port()));

        assertThat(answer.path("stdout").textValue()).isEqualTo("no\n".repeat(4));
    }

    @Test
    void privilegesCannotBeHad() throws Exception {
        JsonNode answer = hostile("python", """
                import ctypes, os
                libc = ctypes.CDLL(None, use_errno=True)
                try: os.setuid(0); print('root')
                except OSError as e: print(e.strerror)
                print(libc.mount(b'none', b'/tmp', b'tmpfs', 0, None), libc.sethostname(b'x', 1), libc.chroot(b'/tmp'))
                print([l.split()[1] for l in open('/proc/self/status') if l.startswith(('CapEff', 'NoNewPrivs'))])
                """);

        assertThat(answer.path("stdout").textValue())
                .isEqualTo("%s\n-1 -1 -1\n['0000000000000000', '1']\n".formatted(
                        isolation.equals("own-user") ? "Operation not permitted" : "Invalid argument"));
    }

    @Test
    void stdinThatIsNeverReadAndStdoutClosedEarlyAreNoTrouble() throws Exception {
        ObjectNode body = code("exec 1>&- 2>&-; exit 4").put("stdin", "x".repeat(1 << 20));

        JsonNode answer = hostile("bash", body);

        assertThat(answer.path("exitCode").intValue()).isEqualTo(4);
    }

    @Test
    void theInputCannotBeWrittenTo() throws Exception {
        JsonNode answer = hostile("bash", "chmod 666 /proc/self/fd/0; echo x > /proc/self/fd/0; echo $?");

        assertThat(answer.path("stdout").textValue()).isEqualTo("1\n");
    }

    @Test
    void deepRecursionIsASignalOfTheProgram() throws Exception {
        JsonNode answer = hostile("c", "int f(volatile int n) { volatile char pad[1000]; pad[0] = n;"
                + " return f(n + 1) + pad[0]; } int main() { return f(0); }");

        assertThat(answer.path("signal").textValue()).isEqualTo("SIGSEGV");
    }

    @Test
    void aCompileBombIsACompileError() throws Exception {
        JsonNode endless = hostile("c", "#include \"/dev/zero\"\nint main() {}");

        assertThat(verdict(endless)).isEqualTo("compile_error");
        assertThat(endless.path("result").has("run")).isFalse();
    }
}
