package dev.penstock.session;

import static dev.penstock.session.TestSession.limited;
import static dev.penstock.session.TestSession.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Programs that take more than they may, or will not end: an honest verdict for each. */
class HostileProgramsTest extends InEachIsolation {
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

    @Test
    void memoryThatNoProcessHoldsCountsAllTheSame() throws Exception {
        JsonNode answer = session.run("c", limited("""
                #include <string.h>
                #include <sys/mman.h>
                int main() {
                    for (;;) {
                        char *shared = mmap(0, 8 << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
                        memset(shared, 1, 8 << 20);
                        madvise(shared, 8 << 20, MADV_DONTNEED);
                    }
                }
                """, Map.of("memoryBytes", 64L << 20, "wallTimeMs", 60_000L)));

        assertThat(verdict(answer)).isEqualTo("memory_limit");
    }

    @Test
    void pageTablesCountAsMemory() throws Exception {
        JsonNode answer = session.run("c", limited("""
                #include <sys/mman.h>
                int main() {
                    volatile char sum = 0;
                    for (;;) {
                        char *empty = mmap(0, 1L << 30, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
                        madvise(empty, 1L << 30, MADV_NOHUGEPAGE);
                        for (long at = 0; at < 1L << 30; at += 2 << 20) sum += empty[at];
                    }
                }
                """, Map.of("memoryBytes", 8L << 20, "wallTimeMs", 60_000L)));

        assertThat(verdict(answer)).isEqualTo("memory_limit");
    }

    @Test
    void aThreadBombFailsInTheProgramOnly() throws Exception {
        JsonNode answer = session.run("python", limited("""
                import threading, time
                try:
                    while True: threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
                except RuntimeError as e:
                    print(e)
                """, Map.of("wallTimeMs", 60_000L)));

        assertThat(answer.path("stdout").textValue()).isEqualTo("can't start new thread\n");
    }

    @Test
    void aDaemonThatPrintsLaterIsNotWaitedFor() throws Exception {
        JsonNode answer = session.run("bash", "(setsid sh -c 'sleep 1; echo late; sleep 1000' &) ; echo early");

        assertThat(answer.path("stdout").textValue()).isEqualTo("early\n");
    }

    @Test
    void aProgramThatHasItselfTracedIsNotTakenForOneThatEnded() throws Exception {
        JsonNode answer = session.run("c", limited("""
                #include <signal.h>
                #include <stdio.h>
                #include <sys/ptrace.h>
                int main() {
                    printf("%ld\\n", ptrace(PTRACE_TRACEME, 0, 0, 0));
                    fflush(stdout);
                    raise(SIGUSR1);
                }
                """, Map.of("wallTimeMs", 500L)));

        assertThat(verdict(answer)).isEqualTo("time_limit");
        assertThat(answer.path("stdout").textValue()).isEqualTo("0\n");
    }

    @Test
    void theSignalOfALimitThatWasNotPassedIsASignal() throws Exception {
        JsonNode answer = session.run("bash", "kill -XCPU $$");

        assertThat(verdict(answer)).isEqualTo("signal");
        assertThat(answer.path("signal").textValue()).isEqualTo("SIGXCPU");
    }

    @Test
    void aRealTimeSignalIsToldByItsNumber() throws Exception {
        JsonNode answer = session.run("bash", "kill -40 $$");

        assertThat(verdict(answer)).isEqualTo("signal");
        assertThat(answer.path("signal").textValue()).isEqualTo("SIG40");
    }

    @Test
    void whatTheKernelKeepsForAProgramGoesWithIt() throws Exception {
        JsonNode answer = session.run("python", limited("""
                import ctypes, fcntl, os, socket
                libc = ctypes.CDLL(None)
                held = []
                def until_refused(make):
                    try:
                        for _ in range(1000): held.append(make())
                    except OSError: pass
                def full_pipe():
                    read, write = os.pipe()
                    os.set_blocking(write, False)
                    try:
                        fcntl.fcntl(write, 1031, 1 << 20)
                        while True: os.write(write, b'x' * 4096)
                    except OSError: return read, write
                def full_pair():
                    pair = socket.socketpair()
                    pair[0].setblocking(False)
                    try:
                        while True: pair[0].send(b'x' * 4096)
                    except OSError: return pair
                watch = libc.inotify_init()
                for folder, _, names in os.walk('/usr/share'):
                    if libc.inotify_add_watch(watch, folder.encode(), 0xfff) < 0: break
                for make in (full_pipe, full_pair): until_refused(make)
                print('held')
                """, Map.of("wallTimeMs", 60_000L)));

        assertThat(answer.path("stdout").textValue()).isEqualTo("held\n");
    }

    @Test
    void moreArgumentsThanTheKernelTakesFailInTheProgramOnly() throws Exception {
        JsonNode answer = session.run("python", """
                import os
                try: os.execv('/bin/true', ['true'] + ['x' * 100_000] * 1000)
                except OSError as e: print(e.strerror, flush=True)
                os.execv('/bin/true', ['true'] + ['x' * 100_000] * 10)
                """);

        assertThat(verdict(answer)).isEqualTo("ok");
        assertThat(answer.path("stdout").textValue()).isEqualTo("Argument list too long\n");
    }
}
