package dev.penstock.worker.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.contracts.Job;
import dev.penstock.contracts.OnLost;
import dev.penstock.contracts.Output;
import dev.penstock.contracts.ProgramResult;
import dev.penstock.contracts.StageResult;
import dev.penstock.contracts.TestCase;
import dev.penstock.contracts.TestReport;
import dev.penstock.contracts.TestResult;
import dev.penstock.contracts.Verdict;
import dev.penstock.worker.Jobs;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CaseByCaseTest {
    private static final Duration ENOUGH = Duration.ofHours(1);
    private static final TestCase[] TWO = {new TestCase("a", "1", "1"), new TestCase("b", "2", "3")};

    private final Deque<Outcome> instead = new ArrayDeque<>();
    private final List<String> inputs = new ArrayList<>();

    @Test
    void eachCaseIsARequestOfItsOwn() {
        Outcome outcome = new CaseByCase(Jobs.tested("python", OnLost.RETRY, TWO), ENOUGH, this::echo).run();
        TestReport report = report(outcome);
        assertThat(inputs).containsExactly("1", "2");
        assertThat(report.cases()).extracting(TestResult::passed).containsExactly(true, false);
        assertThat(((Outcome.Ran) outcome).result().verdict()).isEqualTo(Verdict.OK);
    }

    @Test
    void aProgramThatDoesNotCompileIsNotTriedAgain() {
        instead.add(new Outcome.Ran(new ProgramResult(Verdict.COMPILE_ERROR, null, null, null)));
        Outcome outcome = new CaseByCase(Jobs.tested("python", OnLost.RETRY, TWO), ENOUGH, this::echo).run();
        assertThat(inputs).hasSize(1);
        assertThat(((Outcome.Ran) outcome).result().verdict()).isEqualTo(Verdict.COMPILE_ERROR);
        assertThat(report(outcome).cases()).extracting(TestResult::message)
                .containsOnly(TestCase.NOT_COMPILED);
    }

    @Test
    void whatThePlatformFailsItFailsForAllCases() {
        Outcome full = new Outcome.Busy(Optional.empty());
        instead.add(ran("1"));
        instead.add(full);
        assertThat(new CaseByCase(Jobs.tested("python", OnLost.RETRY, TWO), ENOUGH, this::echo).run()).isEqualTo(full);
    }

    @Test
    void aProgramThatMustNotRunTwiceHasRunOnceItsFirstCaseHas() {
        Outcome full = new Outcome.Busy(Optional.empty());
        instead.add(full);
        assertThat(new CaseByCase(Jobs.tested("python", OnLost.FAIL, TWO), ENOUGH, this::echo).run()).isEqualTo(full);
        instead.add(ran("1"));
        instead.add(full);
        assertThat(new CaseByCase(Jobs.tested("python", OnLost.FAIL, TWO), ENOUGH, this::echo).run())
                .isInstanceOf(Outcome.Lost.class);
    }

    @Test
    void aCaseThatWouldStartTooLateIsNotRun() {
        Outcome outcome = new CaseByCase(Jobs.tested("python", OnLost.RETRY, TWO), Duration.ofNanos(-1), this::echo)
                .run();
        assertThat(inputs).isEmpty();
        assertThat(((Outcome.Ran) outcome).result().verdict()).isEqualTo(Verdict.TIME_LIMIT);
        assertThat(report(outcome).passed()).isZero();
    }

    private Outcome echo(Job job) {
        assertThat(job.tests()).isEmpty();
        inputs.add(job.program().stdin());
        return Objects.requireNonNullElseGet(instead.poll(), () -> ran(job.program().stdin()));
    }

    private static Outcome ran(String stdout) {
        var run = new StageResult(0, null, Output.of(stdout), Output.EMPTY, null, null, null);
        return new Outcome.Ran(new ProgramResult(Verdict.OK, null, null, run));
    }

    private static TestReport report(Outcome outcome) {
        return Objects.requireNonNull(((Outcome.Ran) outcome).result().tests());
    }
}
