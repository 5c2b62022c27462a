package dev.penstock.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code penstock run} as a person meets it: own process, own stack, real program. */
class RunCommandTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void prints_the_programs_output_and_nothing_else() throws Exception {
        var run = PenstockProcess.run("run", program("hello.py", "print('hello')"));
        assertThat(run.stderr()).isEmpty();
        assertThat(run.stdout()).isEqualTo("hello\n");
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void ends_with_the_programs_exit_code_and_keeps_its_streams_apart() throws Exception {
        var run = PenstockProcess.run("run", program("three.py",
                "import sys\nprint('out')\nprint('err', file=sys.stderr)\nsys.exit(3)"));
        assertThat(run.stdout()).isEqualTo("out\n");
        assertThat(run.stderr()).isEqualTo("err\n");
        assertThat(run.exitCode()).isEqualTo(3);
    }

    @Test
    void a_program_that_never_ends_is_stopped_and_said_so_in_one_line() throws Exception {
        var run = PenstockProcess.run("run", program("forever.sh", "echo tick; while :; do :; done"));
        assertThat(run.stdout()).isEqualTo("tick\n");
        assertThat(run.stderr().lines()).singleElement().asString().startsWith("penstock: ").contains("time limit");
        assertThat(run.exitCode()).isEqualTo(124);
    }

    @Test
    void arguments_and_standard_input_reach_the_program() throws Exception {
        Path input = Files.writeString(folder.resolve("in.txt"), "Grüße");
        var run = PenstockProcess.run("run",
                program("echo.py", "import sys\nprint(sys.argv[1:], sys.stdin.read())"), "--stdin", input.toString(),
                "--arg", "a b", "--arg=-c");
        assertThat(run.stdout()).isEqualTo("['a b', '-c'] Grüße\n");
    }

    @Test
    void an_unknown_language_is_refused_with_the_known_ones() throws Exception {
        var run = PenstockProcess.run("run", program("hello.py", "print()"), "--language", "klingon");
        assertThat(run.stdout()).isEmpty();
        assertThat(run.stderr()).contains("language", "python", "bash");
        assertThat(run.exitCode()).isEqualTo(64);
    }

    @Test
    void a_file_that_is_not_there_is_one_clear_line() throws Exception {
        var run = PenstockProcess.run("run", "nowhere.py");
        assertThat(run.stderr()).isEqualTo("penstock run: nowhere.py is not a file that can be read\n");
        assertThat(run.exitCode()).isEqualTo(64);
    }

    @Test
    void a_gateway_that_is_not_there_is_one_clear_line() throws Exception {
        var run = PenstockProcess.run("run", program("hello.py", "print()"), "--gateway", "http://127.0.0.1:1");
        assertThat(run.stderr().lines()).singleElement().asString().contains("no answer from the gateway");
        assertThat(run.exitCode()).isEqualTo(69);
    }

    private String program(String name, String code) throws IOException {
        return Files.writeString(folder.resolve(name), code).toString();
    }
}
