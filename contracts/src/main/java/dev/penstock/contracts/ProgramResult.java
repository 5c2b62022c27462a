package dev.penstock.contracts;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What became of a program that ran, or that did not compile.
 *
 * @param message
 *            one line for people where the verdict alone leaves a question ("stopped after 10 s"), or {@code null}
 * @param compile
 *            {@code null} for languages without a compile step
 * @param run
 *            {@code null} when the compile step failed, and for a job with test cases, each of which has its own
 * @param tests
 *            {@code null} for a job without test cases
 * @param version
 *            of the runtime that was used; {@code null} where the pool doesn't tell
 */
public record ProgramResult(Verdict verdict, @Nullable String message, @Nullable StageResult compile,
        @Nullable StageResult run, @Nullable TestReport tests, @Nullable String version) {
    public ProgramResult {
        Objects.requireNonNull(verdict, "verdict");
    }

    /** A program that was run once, or not at all because it did not compile. */
    public ProgramResult(Verdict verdict, @Nullable String message, @Nullable StageResult compile,
            @Nullable StageResult run) {
        this(verdict, message, compile, run, null, null);
    }

    /** This result, known to be of that version of the runtime. */
    public ProgramResult withVersion(@Nullable String used) {
        return new ProgramResult(verdict, message, compile, run, tests, used);
    }

    /**
     * A program that compiled and was run once for each case. The verdict is that of the first case that did not end
     * {@code ok}; what it printed has no part in it (decision 38). Cases that were not run for want of time count as
     * {@code time_limit}.
     */
    public static ProgramResult tested(@Nullable StageResult compile, List<TestResult> cases) {
        TestReport report = TestReport.of(cases);
        Optional<TestResult> notOk = report.firstNotOk();
        if (notOk.isEmpty()) {
            return new ProgramResult(Verdict.OK, null, compile, null, report, null);
        }
        Verdict verdict = Objects.requireNonNullElse(notOk.get().verdict(), Verdict.TIME_LIMIT);
        return new ProgramResult(verdict, notOk.get().message(), compile, null, report, null);
    }

    /** This result of a program that did not compile, told for each of its cases. */
    public ProgramResult notCompiled(List<TestCase> cases) {
        List<TestResult> none = cases.stream().map(one -> one.notRun(TestCase.NOT_COMPILED)).toList();
        return new ProgramResult(verdict, message, compile, null, TestReport.of(none), version);
    }
}
