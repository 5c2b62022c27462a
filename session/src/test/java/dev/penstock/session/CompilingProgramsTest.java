package dev.penstock.session;

import static dev.penstock.session.TestSession.verdict;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Programs that do harm while they are compiled: that step is as untrusted as the run. */
class CompilingProgramsTest extends InEachIsolation {
    @Test
    void anEndlessIncludeIsACompileError() throws Exception {
        JsonNode endless = session.run("c", "#include \"/dev/zero\"\nint main() {}");

        assertThat(verdict(endless)).isEqualTo("compile_error");
        assertThat(endless.path("result").has("run")).isFalse();
    }

    @Test
    void aFileThatIncludesItselfIsACompileError() throws Exception {
        assertThat(verdict(session.run("c", "#include \"main.c\"\n#include \"main.c\"\n")))
                .isEqualTo("compile_error");
    }

    @Test
    void templatesThatExplodeAreStoppedAtALimitOfTheCompileStep() throws Exception {
        JsonNode answer = session.run("c++", """
                template<int depth, long path> struct Tree {
                    static const long sum = Tree<depth - 1, 2 * path>::sum + Tree<depth - 1, 2 * path + 1>::sum;
                };
                template<long path> struct Tree<0, path> { static const long sum = path; };
                int main() { return Tree<40, 1>::sum; }
                """);

        assertThat(verdict(answer)).isEqualTo("compile_error");
        assertThat(answer.path("message").textValue()).startsWith("stopped a").endsWith("limit");
    }

    @Test
    void aProgramLargerThanTheDiskIsACompileError() throws Exception {
        assertThat(verdict(session.run("c", "char huge[1 << 30] = {1};\nint main() {}"))).isEqualTo("compile_error");
    }

    @Test
    void whatACompilerPrintsIsBoundedToo() throws Exception {
        JsonNode answer = session.run("c", """
                #ifndef DEPTH
                #define DEPTH
                #define TEN(x) x x x x x x x x x x
                TEN(TEN(TEN(TEN(TEN(undeclared = 1;)))))
                #endif
                """);

        assertThat(verdict(answer)).isEqualTo("compile_error");
        assertThat(answer.path("stderr").textValue().length()).isLessThanOrEqualTo(1 << 20);
    }

    @Test
    void theSystemsFilesCannotBeCompiledIn() throws Exception {
        JsonNode included = session.run("c", """
                #include "/etc/shadow"
                #include "/dev/stdin"
                #include "/proc/1/environ"
                """);
        JsonNode assembled = session.run("c", "asm(\".incbin \\\"/proc/1/environ\\\"\");\nint main() {}");

        assertThat(verdict(included)).isEqualTo("compile_error");
        assertThat(included.path("stderr").textValue()).doesNotContain("root:", "JAVA", "surefire");
        assertThat(verdict(assembled)).isEqualTo("compile_error");
    }

    @Test
    void aCompilerThatMakesNoProgramLeavesNothingToStart() throws Exception {
        assumeThat(session.languages()).as("rust is not installed").contains("rust");

        JsonNode answer = session.run("rust", "#![crate_type = \"lib\"]\npub fn f() {}");

        assertThat(verdict(answer)).isEqualTo("nonzero_exit");
        assertThat(answer.path("exitCode").intValue()).isEqualTo(126);
        assertThat(answer.path("message").textValue()).startsWith("could not start ");
    }

    @Test
    void bombsOfOtherLanguagesAreStoppedToo() throws Exception {
        Map<String, String> bombs = new HashMap<>(Map.of(
                "java", "class Main { static final String A = \"" + "x".repeat(60_000) + "\";\n"
                        + doublings("static final String %s = %s + %s;\n", 30) + "}",
                "c", "#define A0 x x\n" + doublings("#define %s %s %s\n", 60) + "A60\n",
                "rust", """
                        #![recursion_limit = "1000000"]
                        macro_rules! twice { ($($token:tt)*) => { twice! { $($token)* $($token)* } } }
                        fn main() { twice! { 1 } }
                        """,
                "go", "package main\nvar huge = [1 << 32]int{1<<32 - 1: 1}\nfunc main() { println(huge[0]) }\n"));
        bombs.keySet().retainAll(session.languages());

        Map<String, JsonNode> answers = session.runTogether(bombs);

        assertThat(answers).containsKey("c").allSatisfy((_, answer) -> {
            assertThat(verdict(answer)).isEqualTo("compile_error");
            assertThat(answer.path("result").has("run")).isFalse();
        });
    }

    private static String doublings(String form, int count) {
        var all = new StringBuilder();
        for (int i = 1; i <= count; i++) {
            String before = i == 1 && form.startsWith("static") ? "A" : "A" + (i - 1);
            all.append(form.formatted("A" + i, before, before));
        }
        return all.toString();
    }
}
