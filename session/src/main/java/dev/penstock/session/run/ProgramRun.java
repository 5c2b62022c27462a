package dev.penstock.session.run;

import dev.penstock.contracts.LanguageRuntime;
import dev.penstock.contracts.SourceFile;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A program to compile once and to run once for each case, checked and with every limit decided.
 *
 * @param runtime
 *            one of those that the engine offers
 * @param files
 *            their names are relative and stay inside a folder, see {@link SourceFile#nameProblem}
 * @param cases
 *            at least one
 * @param environment
 *            added to the program's own
 * @param runLimits
 *            of each case
 * @param wallForAll
 *            what the cases may take together
 */
public record ProgramRun(LanguageRuntime runtime, List<SourceFile> files, List<Case> cases,
        Map<String, String> environment, StageLimits compileLimits, StageLimits runLimits, Duration wallForAll) {
    /** A case with less time than this would only be stopped at its start. */
    public static final Duration LEAST_FOR_A_CASE = Duration.ofMillis(50);

    public ProgramRun {
        files = List.copyOf(files);
        cases = List.copyOf(cases);
        environment = Map.copyOf(environment);
    }

    /**
     * One input of a program.
     *
     * @param keepBytes
     *            how much of each stream to keep once it has run, as JSON; {@code null} for all that the limits let through
     */
    @SuppressWarnings("ArrayRecordComponent") // made once and compared by nobody
    public record Case(byte[] stdin, List<String> args, @Nullable Integer keepBytes) {
        public Case {
            args = List.copyOf(args);
        }

        /** All of it. */
        public Case(byte[] stdin, List<String> args) {
            this(stdin, args, null);
        }
    }

    List<String> names() {
        return files.stream().map(SourceFile::name).toList();
    }
}
