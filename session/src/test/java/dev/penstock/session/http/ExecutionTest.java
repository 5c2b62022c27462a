package dev.penstock.session.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.contracts.LanguageRuntime;
import dev.penstock.session.SessionEvents;
import dev.penstock.session.run.Engine;
import dev.penstock.session.run.ProgramEnd;
import dev.penstock.session.run.ProgramRun;
import dev.penstock.session.run.RunLine;
import dev.penstock.session.run.StageLimits;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExecutionTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final StageLimits LIMITS = new StageLimits(SECOND, SECOND, 1, 1, 1, 1, 1, 1, 1);

    /** Knows several versions of a language, and another language on the second look. */
    private static final class SomeVersions implements Engine {
        private static LanguageRuntime python(String version) {
            return new LanguageRuntime("python", version, List.of("py"));
        }

        @Override
        public List<LanguageRuntime> runtimes() {
            return List.of(python("3.9.4"), python("3.10.0"), python("2.7.18"));
        }

        @Override
        public List<LanguageRuntime> lookAgain() {
            return List.of(new LanguageRuntime("cobol", "3.1", List.of()));
        }

        @Override
        public String isolation() {
            return "";
        }

        @Override
        public ProgramEnd run(ProgramRun program) {
            throw new AssertionError("only runtimes are looked for here");
        }
    }

    private static LanguageRuntime resolve(String language, String version) throws InterruptedException {
        var execution = new Execution(new SomeVersions(), new RunLine(1, 1, SECOND),
                new LimitPolicy(LIMITS, LIMITS, LIMITS), new SessionEvents());
        String body = "{\"code\":\"\",\"version\":" + version + "}";
        Fields fields = Fields.parse(body.getBytes(StandardCharsets.UTF_8));
        return execution.resolve(RequestReader.read(fields, language)).runtime();
    }

    @ParameterizedTest
    @CsvSource({"null, 3.10.0", "'\"*\"', 3.10.0", "'\"3.9\"', 3.9.4", "'\"<3\"', 2.7.18"})
    void ofSeveralVersionsThatWillDoTheHighestIsTaken(String wanted, String taken) throws InterruptedException {
        assertThat(resolve("py", wanted).version()).isEqualTo(taken);
    }

    @Test
    void whatWasNotThereIsLookedForAgain() throws InterruptedException {
        assertThat(resolve("cobol", "null").version()).isEqualTo("3.1");
    }
}
