package dev.penstock.session;

import static dev.penstock.session.TestSession.limited;
import static dev.penstock.session.TestSession.verdict;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs that take more than they may, or will not end: an honest verdict for each. */
@ParameterizedClass
@ValueSource(strings = {"bubblewrap", "unshare", "own-user"})
@SuppressWarnings("NullAway.Init") // JUnit sets the fields before any test
class HostileProgramsTest {
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
    void aForkBombIsStoppedAtTheWallTimeLimit() throws Exception {
        JsonNode answer = session.run("python", limited("""
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
        JsonNode answer = session.run("python", """
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
        assertThat(verdict(session.run("bash", "sleep 1000 & disown; echo done"))).isEqualTo("ok");
    }

    @Test
    void ignoredSignalsDoNotHelp() throws Exception {
        JsonNode answer = session.run("python", limited("""
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
        JsonNode answer = session.run("bash", limited("kill -STOP $PPID; kill -STOP 1; kill -STOP -1; kill -STOP $$",
                Map.of("wallTimeMs", 500L)));

        assertThat(verdict(answer)).isEqualTo("time_limit");
    }

    @Test
    void aMemoryHogIsStoppedAtTheMemoryLimit() throws Exception {
        JsonNode answer = session.run("python",
                limited("kept = []\nwhile True: kept.append(bytearray(b'x' * (8 << 20)))",
                        Map.of("memoryBytes", 100L << 20)));

        assertThat(verdict(answer)).isEqualTo("memory_limit");
    }

    @Test
    void manyProcessesShareOneMemoryLimit() throws Exception {
        JsonNode answer = session.run("python", limited("""
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
        JsonNode answer = session.run("python", limited("""
                import os, time
                shared = bytearray(os.urandom(1 << 20) * 60)
                children = [os.fork() or (time.sleep(0.3), os._exit(0)) for _ in range(5)]
                for _ in children: os.wait()
                """, Map.of("memoryBytes", 200L << 20, "wallTimeMs", 60_000L)));

        assertThat(verdict(answer)).isEqualTo("ok");
    }

    @Test
    void cpuTimeOfAllProcessesCountsTogether() throws Exception {
        JsonNode answer = session.run("python", limited("""
                import os
                for _ in range(3): os.fork()
                while True: pass
                """, Map.of("cpuTimeMs", 800L, "wallTimeMs", 60_000L)));

        assertThat(verdict(answer)).isEqualTo("time_limit");
        assertThat(answer.path("message").textValue()).endsWith("its CPU time limit");
    }

    @Test
    void aFastFloodOfOutputIsStoppedAtTheOutputLimit() throws Exception {
        JsonNode answer = session.run("python", "import os\nblock = b'x' * 65536\nwhile True: os.write(2, block)");

        assertThat(verdict(answer)).isEqualTo("output_limit");
        assertThat(answer.path("message").textValue()).isEqualTo("stopped after 1 MiB on stderr: its output limit");
        assertThat(answer.path("stderr").textValue()).hasSize(1 << 20);
    }

    @Test
    void aSlowFloodIsStoppedAtTheTimeLimitWithItsOutputKept() throws Exception {
        JsonNode answer = session.run("bash", limited("while :; do echo drip; sleep 0.1; done",
                Map.of("wallTimeMs", 600L)));

        assertThat(verdict(answer)).isEqualTo("time_limit");
        assertThat(answer.path("stdout").textValue()).startsWith("drip\n");
    }

    @Test
    void aFarmOfZombiesIsReapedAway() throws Exception {
        JsonNode answer = session.run("python", """
                import os, time
                for _ in range(40):
                    if os.fork() == 0: os._exit(0)
                time.sleep(0.2)
                """);

        assertThat(verdict(answer)).isEqualTo("ok");
    }

    @Test
    void deepRecursionIsASignalOfTheProgram() throws Exception {
        JsonNode answer = session.run("c", "int f(volatile int n) { volatile char pad[1000]; pad[0] = n;"
                + " return f(n + 1) + pad[0]; } int main() { return f(0); }");

        assertThat(answer.path("signal").textValue()).isEqualTo("SIGSEGV");
    }
}
