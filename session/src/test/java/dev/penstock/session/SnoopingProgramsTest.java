package dev.penstock.session;

import static dev.penstock.session.TestSession.code;
import static dev.penstock.session.TestSession.verdict;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs that reach for what is not theirs: files, processes, privileges, the network, the disk. */
@ParameterizedClass
@ValueSource(strings = {"bubblewrap", "unshare", "own-user"})
@SuppressWarnings("NullAway.Init") // JUnit sets the fields before any test
class SnoopingProgramsTest {
    @TempDir
    private static Path parent;
    private static HostileSession session;

    @Parameter
    String isolation;

    @BeforeParameterizedClassInvocation
    static void start(String name) throws Exception {
        assumeThat(TestSession.offers(name)).as(name + " needs root or a package that is missing").isTrue();
        session = HostileSession.start(name, parent);
    }

    @AfterParameterizedClassInvocation
    static void stop(String name) {
        if (TestSession.offers(name)) {
            session.close();
        }
    }

    @Test
    void killingEverybodyKillsOnlyTheProgram() throws Exception {
        JsonNode answer = session.run("bash", "kill -9 -1; kill -9 1; kill -9 $PPID; kill -9 $$");

        assertThat(verdict(answer)).isEqualTo("signal");
        assertThat(answer.path("signal").textValue()).isEqualTo("SIGKILL");
    }

    @Test
    void openingManyFilesFailsInTheProgramOnly() throws Exception {
        JsonNode answer = session.run("python", """
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
        JsonNode answer = session.run("python", """
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
        JsonNode answer = session.run("python", """
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
        JsonNode answer = session.run("python", """
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
        JsonNode answer = session.run("bash", "ln -s " + outside + " link; ln -s / root; mkdir -p locked/inner;"
                + " touch locked/inner/file; chmod 000 locked/inner locked; ln main.sh hard; echo made");

        assertThat(answer.path("stdout").textValue()).isEqualTo("made\n");
        assertThat(precious).hasContent("kept");
    }

    @Test
    void foldersNestedDeeperThanAnyPathAreRemoved() throws Exception {
        JsonNode answer = session.run("python", """
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
        JsonNode answer = session.run("bash", "cat /proc/1/environ /proc/$PPID/environ /proc/$PPID/mem; env;"
                + " cat " + session.folder() + "/*/run-*/report; ls " + session.folder() + "/*; ls /proc/$PPID/fd");

        assertThat(answer.path("stdout").textValue()).doesNotContain("surefire", "JAVA", "exit=");
        assertThat(answer.path("stderr").textValue()).contains("Permission denied");
    }

    @Test
    void theFirstProcessCannotBeTraced() throws Exception {
        JsonNode answer = session.run("python", """
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
        JsonNode answer = session.run("python", """
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
        JsonNode answer = session.run("python", """
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

        JsonNode answer = session.run("bash", body);

        assertThat(answer.path("exitCode").intValue()).isEqualTo(4);
    }

    @Test
    void theInputCannotBeWrittenTo() throws Exception {
        JsonNode answer = session.run("bash", "chmod 666 /proc/self/fd/0; echo x > /proc/self/fd/0; echo $?");

        assertThat(answer.path("stdout").textValue()).isEqualTo("1\n");
    }

    @Test
    void aCompileBombIsACompileError() throws Exception {
        JsonNode endless = session.run("c", "#include \"/dev/zero\"\nint main() {}");

        assertThat(verdict(endless)).isEqualTo("compile_error");
        assertThat(endless.path("result").has("run")).isFalse();
    }
}
