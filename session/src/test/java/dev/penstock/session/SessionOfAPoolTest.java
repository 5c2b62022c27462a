package dev.penstock.session;

import static dev.penstock.session.TestSession.code;
import static dev.penstock.session.TestSession.limited;
import static dev.penstock.session.TestSession.verdict;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.penstock.contracts.Json;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A container as a pool starts it: root with no more rights than container engines give by default, which is neither to
 * mount nor to trace, and without user namespaces.
 */
@SuppressWarnings("NullAway.Init") // JUnit sets the fields before any test
class SessionOfAPoolTest {
    private static final String RIGHTS = "-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,"
            + "+net_bind_service,+net_raw,+sys_chroot,+mknod,+audit_write,+setfcap";

    @TempDir
    private static Path folder;
    /** Everybody may make files in it. */
    @TempDir
    private static Path open;
    private static ContainerProcess container;

    @BeforeAll
    static void start() throws IOException {
        assumeThat(TestSession.offers("own-user")).as("only root can give programs users of their own").isTrue();
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        container = ContainerProcess.start(List.of("setpriv", "--bounding-set=" + RIGHTS, "--inh-caps=-all"),
                List.of(), "PENSTOCK_ISOLATION", "own-user", "PENSTOCK_SESSION_FOLDER", folder.toString(),
                "PENSTOCK_RUN_DISK_MIB", "32", "PENSTOCK_RUN_FILES", "2000", "PENSTOCK_RUN_FIRST_UID",
                Integer.toString(TestSession.FIRST_UID + 32));
    }

    @AfterAll
    static void stop() throws Exception {
        if (TestSession.offers("own-user")) {
            container.close();
            assertThat(container.process().exitValue()).isZero();
            assertThat(folder).isEmptyDirectory();
        }
    }

    private static JsonNode run(String language, ObjectNode body) throws Exception {
        HttpResponse<String> response = container.run(language, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return Json.MAPPER.readTree(response.body());
    }

    @Test
    void programsRunAsAUserWithoutAnyRight() throws Exception {
        JsonNode answer = run("python", code("""
                import os
                print(os.getuid() > 0, os.getgroups() == [os.getgid()])
                print([l.split()[1] for l in open('/proc/self/status') if l.startswith(('CapEff', 'CapPrm'))])
                open('/dev/stdout', 'w').write('named')
                """));

        assertThat(answer.path("stdout").textValue())
                .isEqualTo("True True\n['0000000000000000', '0000000000000000']\nnamed");
    }

    @Test
    void compiledProgramsRunToo() throws Exception {
        assertThat(run("c", code("int main() { return 7; }")).path("exitCode").intValue()).isEqualTo(7);
    }

    @Test
    void theNetworkIsOutOfReach() throws Exception {
        JsonNode answer = run("python", code("""
                import socket
                try: socket.create_connection(('127.0.0.1', %d), 2)
                except OSError as e: print(e.strerror)
                """.formatted(container.base().getPort())));

        assertThat(answer.path("stdout").textValue()).isEqualTo("Permission denied\n");
    }

    @Test
    void filesWithoutANameAreFoundWithoutTheRightToTrace() throws Exception {
        JsonNode answer = run("python", code("""
                import os, time
                held = []
                for i in range(100):
                    held.append(open('gone', 'wb', 0))
                    os.unlink('gone')
                    held[-1].write(b'x' * (1 << 20))
                time.sleep(1000)
                """));

        assertThat(answer.path("message").textValue()).isEqualTo("stopped above 32 MiB on disk: its disk limit");
    }

    @Test
    void whatKillsEverybodyForEverIsKilled() throws Exception {
        JsonNode answer = run("python", limited("""
                import os
                for _ in range(4): os.fork()
                while True:
                    try: os.kill(-1, 9)
                    except OSError: pass
                """, Map.of("wallTimeMs", 400L)));

        assertThat(List.of("time_limit", "signal")).contains(verdict(answer));
    }

    @Test
    void whatTheProgramLeftIsGoneAndNothingElse() throws Exception {
        Path precious = Files.writeString(open.resolve("precious"), "kept");
        run("bash", code("mkdir -p a/b; chmod 0 a; touch /tmp/penstock-$$ /dev/shm/penstock-$$; (sleep 1000 &);"
                + " mkdir -p " + open + "/own/folder; touch " + open + "/own/folder/file " + open + "/file"));
        JsonNode answer = run("bash", code("ls /tmp/penstock-[0-9]* /dev/shm/penstock-[0-9]* 2>/dev/null; echo none"));

        assertThat(answer.path("stdout").textValue()).isEqualTo("none\n");
        assertThat(open).isDirectoryContaining(precious::equals)
                .isDirectoryNotContaining(file -> !file.equals(precious));
    }
}
