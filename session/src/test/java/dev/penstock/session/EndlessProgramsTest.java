package dev.penstock.session;

import static dev.penstock.session.TestSession.limited;
import static dev.penstock.session.TestSession.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Programs that would go on for ever, each in its own way: all of them end in time, and nothing of them goes on. */
class EndlessProgramsTest extends InEachIsolation {
    @Test
    void anInfiniteLoopIsStoppedAtTheTimeLimit() throws Exception {
        JsonNode answer = session.run("python", limited("while True: pass", Map.of("wallTimeMs", 500L)));

        assertThat(verdict(answer)).isEqualTo("time_limit");
        assertThat(answer.path("message").textValue()).endsWith("its wall time limit");
    }

    @Test
    void sleepingForeverIsStoppedAtTheTimeLimit() throws Exception {
        JsonNode answer = session.run("bash",
                limited("echo good night; exec sleep infinity", Map.of("wallTimeMs", 500L)));

        assertThat(verdict(answer)).isEqualTo("time_limit");
        assertThat(answer.path("stdout").textValue()).isEqualTo("good night\n");
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
    void aSlowFloodIsStoppedAtTheTimeLimitWithItsOutputKept() throws Exception {
        JsonNode answer = session.run("bash", limited("while :; do echo drip; sleep 0.1; done",
                Map.of("wallTimeMs", 600L)));

        assertThat(verdict(answer)).isEqualTo("time_limit");
        assertThat(answer.path("stdout").textValue()).startsWith("drip\n");
    }

    @Test
    void aBombOfVforksIsStoppedAtTheTimeLimit() throws Exception {
        JsonNode answer = session.run("c", limited(
                "#include <unistd.h>\nint main() { for (;;) if (vfork() == 0) _exit(0); }",
                Map.of("wallTimeMs", 500L)));

        assertThat(verdict(answer)).isEqualTo("time_limit");
    }

    @Test
    void aProgramThatKillsEverybodyForEverIsKilled() throws Exception {
        JsonNode answer = session.run("python", limited("""
                import os
                while True:
                    try: os.kill(-1, 9)
                    except OSError: pass
                """, Map.of("wallTimeMs", 500L)));

        assertThat(verdict(answer)).isEqualTo("time_limit");
    }

    @Test
    void processesThatReplaceEachOtherFasterThanTheyAreSeenAreStopped() throws Exception {
        JsonNode answer = session.run("c", limited("""
                #include <unistd.h>
                #include <sys/prctl.h>
                int main() {
                    prctl(PR_SET_PDEATHSIG, 0);
                    for (;;) { if (fork() > 0) _exit(0); setsid(); }
                }
                """, Map.of("wallTimeMs", 500L)));

        // The first process ends at once, and takes the rest along.
        assertThat(verdict(answer)).isEqualTo("ok");
    }

    @Test
    void printingNothingForEverIsStoppedAtTheTimeLimit() throws Exception {
        JsonNode answer = session.run("python", limited("""
                import os
                os.close(0); os.close(2)
                while True: os.write(1, b'')
                """, Map.of("wallTimeMs", 400L)));

        assertThat(verdict(answer)).isEqualTo("time_limit");
    }
}
