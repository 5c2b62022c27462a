package dev.penstock.worker.pool;

import dev.penstock.contracts.Job;
import dev.penstock.contracts.OnLost;
import dev.penstock.contracts.ProgramResult;
import dev.penstock.contracts.StageResult;
import dev.penstock.contracts.TestCase;
import dev.penstock.contracts.TestResult;
import dev.penstock.contracts.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A job with test cases in a pool that takes one input at a time: one request for each case, all in one session. An
 * outcome that is not a program's end is the whole job's: what ran before it is forgotten, as with a single request.
 */
final class CaseByCase {
    private final Job job;
    private final Duration startWithin;
    private final Function<Job, Outcome> execute;
    private final List<TestResult> results = new ArrayList<>();
    private @Nullable StageResult compile;

    /**
     * The cases of a job, none of which was run yet.
     *
     * @param startWithin
     *            a case that would start later than that after the first is not run
     * @param execute
     *            runs a job without test cases
     */
    CaseByCase(Job job, Duration startWithin, Function<Job, Outcome> execute) {
        this.job = job;
        this.startWithin = startWithin;
        this.execute = execute;
    }

    Outcome run() {
        long started = System.nanoTime();
        for (TestCase test : job.tests()) {
            if (System.nanoTime() - started > startWithin.toNanos()) {
                results.add(test.notRun(TestCase.NO_TIME_LEFT));
                continue;
            }
            Outcome outcome = execute.apply(job.forTest(test));
            if (!(outcome instanceof Outcome.Ran(ProgramResult result))) {
                return results.isEmpty() ? outcome : notTheFirst(outcome);
            }
            if (result.verdict() == Verdict.COMPILE_ERROR) {
                return new Outcome.Ran(result.notCompiled(job.tests()));
            }
            note(test, result);
        }
        return new Outcome.Ran(ProgramResult.tested(compile, results));
    }

    /** The program has run with other inputs: who wants it to run once only can't be told that nothing happened. */
    private Outcome notTheFirst(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Busy _,Outcome.Unavailable _ when job.onLost() == OnLost.FAIL ->
                new Outcome.Lost("the pool failed between two test cases");
            default -> outcome;
        };
    }

    private void note(TestCase test, ProgramResult result) {
        compile = result.compile();
        StageResult run = Objects.requireNonNull(result.run(), "a program that compiled was run");
        results.add(test.ran(result.verdict(), result.message(), run));
    }
}
