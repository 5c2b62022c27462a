package dev.penstock.session;

import static dev.penstock.session.TestSession.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.penstock.contracts.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of programs, in each of the sandboxes. */
@ParameterizedClass
@ValueSource(strings = {"bubblewrap", "unshare", "own-user"})
@SuppressWarnings("NullAway.Init") // JUnit sets both fields before any test
class RunningProgramsTest {
    private static TestSession session;

    @Parameter
    String isolation;

    @BeforeParameterizedClassInvocation
    static void start(String name) throws InterruptedException {
        assumeThat(TestSession.offers(name)).as(name + " needs root or a package that is missing").isTrue();
        session = TestSession.start("PENSTOCK_ISOLATION", name);
    }

    @AfterParameterizedClassInvocation
    static void stop(String name) {
        if (TestSession.offers(name)) {
            session.close();
        }
    }

    @Test
    void aProgramsOutputComesBack() {
        JsonNode answer = session.run("python", code("import sys\nprint('hällo')\nprint('oops', file=sys.stderr)"));

        assertThat(answer.path("result").path("verdict").textValue()).isEqualTo("ok");
        assertThat(answer.path("result").path("run").path("stdout").path("content").textValue())
                .isEqualTo("hällo\n");
        assertThat(answer.path("stdout").textValue()).isEqualTo("hällo\n");
        assertThat(answer.path("stderr").textValue()).isEqualTo("oops\n");
        assertThat(answer.path("exitCode").isInt()).isTrue();
        assertThat(answer.path("exitCode").intValue()).isZero();
        assertThat(answer.path("status").textValue()).isEqualTo("Succeeded");
        assertThat(answer.path("result").path("run").path("memoryBytes").longValue()).isGreaterThan(1_000_000);
    }

    @Test
    void anExitCodeIsToldAsItIs() {
        JsonNode answer = session.run("bash", code("exit 3"));

        assertThat(answer.path("exitCode").intValue()).isEqualTo(3);
        assertThat(answer.path("verdict").textValue()).isEqualTo("nonzero_exit");
        assertThat(answer.path("signal").isNull()).isTrue();
    }

    @Test
    void anExitCodeAbove128IsNoSignal() {
        JsonNode answer = session.run("bash", code("exit 137"));

        assertThat(answer.path("exitCode").intValue()).isEqualTo(137);
        assertThat(answer.path("verdict").textValue()).isEqualTo("nonzero_exit");
    }

    @Test
    void aSignalIsToldAsItIs() {
        JsonNode answer = session.run("bash", code("echo before; kill -SEGV $$"));

        assertThat(answer.path("signal").textValue()).isEqualTo("SIGSEGV");
        assertThat(answer.path("exitCode").isNull()).isTrue();
        assertThat(answer.path("verdict").textValue()).isEqualTo("signal");
        assertThat(answer.path("stdout").textValue()).isEqualTo("before\n");
    }

    @Test
    void aProgramThatNeverEndsIsStoppedAtItsWallTimeLimit() {
        ObjectNode body = code("print('first')\nwhile True: pass");
        body.putObject("limits").put("wallTimeMs", 300);
        JsonNode answer = session.run("python", body);

        assertThat(answer.path("verdict").textValue()).isEqualTo("time_limit");
        assertThat(answer.path("message").textValue()).isEqualTo("stopped after 0.3 s: its wall time limit");
        assertThat(answer.path("stdout").textValue()).isEqualTo("first\n");
    }

    @Test
    void aProgramThatPrintsTooMuchIsStoppedAndTheHeadKept() {
        ObjectNode body = code("yes");
        body.putObject("limits").put("outputBytes", 1000);
        JsonNode answer = session.run("bash", body);

        assertThat(answer.path("verdict").textValue()).isEqualTo("output_limit");
        assertThat(answer.path("stdout").textValue()).hasSize(1000).startsWith("y\ny\n");
        JsonNode stdout = answer.path("result").path("run").path("stdout");
        assertThat(stdout.path("truncated").booleanValue()).isTrue();
        assertThat(stdout.path("bytes").longValue()).isGreaterThan(1000);
    }

    @Test
    void aProgramThatTakesTooMuchMemoryIsStopped() {
        ObjectNode body = code("b = []\nwhile True: b.append(b'x' * 10_000_000)");
        body.putObject("limits").put("memoryBytes", 64 << 20);
        JsonNode answer = session.run("python", body);

        assertThat(answer.path("verdict").textValue()).isEqualTo("memory_limit");
        assertThat(answer.path("message").textValue()).isEqualTo("stopped above 64 MiB of memory: its memory limit");
    }

    @Test
    void stdinArgsFilesAndUnicodeNamesReachTheProgram() {
        ObjectNode body = Json.MAPPER.createObjectNode();
        var files = body.putArray("files");
        files.addObject().put("name", "größe/main.py").put("content", """
                import sys, os
                sys.path.insert(0, os.getcwd())
                import daten.wert
                print(sys.stdin.read(), sys.argv[1:], daten.wert.W, os.path.basename(os.getcwd()))
                """);
        files.addObject().put("name", "daten/wert.py").put("content", "Vz0n2qQn").put("encoding", "base64");
        files.set(1, files.objectNode()
                .put("name", "daten/wert.py")
                .put("content", "VyA9IDcK")
                .put("encoding", "base64"));
        body.put("stdin", "eingabe").putArray("args").add("ä").add("").add("c d");
        JsonNode answer = session.run("python", body);

        assertThat(answer.path("stdout").textValue()).isEqualTo("eingabe ['ä', '', 'c d'] 7 work\n");
    }

    @Test
    void outputThatIsNotTextComesAsBase64() {
        JsonNode answer = session.run("bash", code("printf '\\377\\376a'"));

        JsonNode stdout = answer.path("result").path("run").path("stdout");
        assertThat(stdout.path("encoding").textValue()).isEqualTo("base64");
        assertThat(stdout.path("content").textValue()).isEqualTo("//5h");
        assertThat(answer.path("stdoutEncoding").textValue()).isEqualTo("base64");
    }

    @Test
    void streamsCanBeOpenedByTheirNames() {
        JsonNode answer = session.run("python", code("""
                open('/dev/stdout', 'w').write(open('/dev/stdin').read())
                open('/dev/stderr', 'w').write('err')
                """).put("stdin", "in"));

        assertThat(answer.path("stdout").textValue()).isEqualTo("in");
        assertThat(answer.path("stderr").textValue()).isEqualTo("err");
    }

    @Test
    void javascriptRuns() {
        assertThat(session.run("javascript", code("console.log(1 + 1)")).path("stdout").textValue())
                .isEqualTo("2\n");
    }

    @Test
    void casesOfOneProgramHaveAResultEach() {
        ObjectNode body = code("n = int(input())\nprint(10 // n)");
        body.putArray("tests").add(stdin("5")).add(stdin("0")).add(stdin("2"));
        JsonNode answer = session.run("python", body);

        assertThat(answer.path("verdict").textValue()).isEqualTo("nonzero_exit");
        assertThat(answer.path("tests").findValuesAsText("verdict")).containsExactly("ok", "nonzero_exit", "ok");
        assertThat(answer.path("tests").path(2).path("run").path("stdout").path("content").textValue())
                .isEqualTo("5\n");
    }

    @Test
    void aCompiledProgramIsCompiledOnceForAllItsCases() {
        ObjectNode body = code(
                "#include <stdio.h>\nint main() { int n; scanf(\"%d\", &n); printf(\"%d\\n\", n * n); }");
        body.putArray("tests").add(stdin("3")).add(stdin("4"));
        JsonNode answer = session.run("c", body);

        assertThat(answer.path("verdict").textValue()).isEqualTo("ok");
        assertThat(answer.path("result").path("compile").path("exitCode").intValue()).isZero();
        assertThat(answer.path("tests").findValuesAsText("content")).contains("9\n", "16\n");
    }

    private static ObjectNode stdin(String text) {
        return Json.MAPPER.createObjectNode().put("stdin", text);
    }

    @Test
    void environmentVariablesReachTheProgramAlone() {
        ObjectNode body = code("echo \"$GREETING\"; ulimit -n;"
                + " for fd in {3..9}; do { : <&$fd; } 2>/dev/null && echo open $fd; done; true");
        body.putObject("env").put("GREETING", "a b").put("LD_PRELOAD", "/nonexistent.so");
        JsonNode answer = session.run("bash", body);

        assertThat(answer.path("stdout").textValue()).isEqualTo("a b\n256\n");
    }

    @Test
    void aProgramSeesNeitherTheSystemsFilesNorItsProcesses() {
        assumeThat(isolation).as("own-user leaves the system's view to the enclosing session").isNotEqualTo("own-user");
        JsonNode answer = session.run("bash", code("cat /etc/shadow; ls /root /home /tmp; cat /proc/1/environ;"
                + " echo x > /usr/x; echo $$; ls -d /proc/[0-9]* | wc -l; cat < /dev/tcp/127.0.0.1/" + session.port()));

        assertThat(answer.path("stdout").textValue().lines().toList()).last().asString().matches("[1-9]");
        assertThat(answer.path("stderr").textValue()).contains("/etc/shadow: No such file", "/root': No such file",
                "/proc/1/environ: Permission denied", "Read-only file system", "/dev/tcp");
    }
}
