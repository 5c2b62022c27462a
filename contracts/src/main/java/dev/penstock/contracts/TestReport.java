package dev.penstock.contracts;

import java.util.List;
import java.util.Optional;

/**
 * What became of all test cases of a job.
 *
 * @param passed
 *            how many passed
 * @param total
 *            how many there are
 * @param cases
 *            one for each case of the job, in their order
 */
public record TestReport(int passed, int total, List<TestResult> cases) {
    public TestReport {
        cases = List.copyOf(cases);
        if (cases.isEmpty()) {
            throw new IllegalArgumentException("cases must hold at least one case");
        }
    }

    public static TestReport of(List<TestResult> cases) {
        return new TestReport((int) cases.stream().filter(TestResult::passed).count(), cases.size(), cases);
    }

    public boolean allPassed() {
        return passed == total;
    }

    /** The first case that was run and did not end {@code ok}, or that was not run. */
    Optional<TestResult> firstNotOk() {
        return cases.stream().filter(one -> one.verdict() != Verdict.OK).findFirst();
    }
}
