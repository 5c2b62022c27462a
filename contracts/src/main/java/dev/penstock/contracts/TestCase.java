package dev.penstock.contracts;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One input of a program that is to be run with several.
 *
 * @param id
 *            the submitter's name for it, unique within its job
 * @param stdin
 *            text given to the program; empty when it gets none
 * @param expectedOutput
 *            what the program should print on stdout; {@code null} when it may print anything
 */
public record TestCase(String id, String stdin, @Nullable String expectedOutput) {
    public static final String NOT_COMPILED = "not run: the program did not compile";
    public static final String NO_TIME_LEFT = "not run: the cases before it used up the time for all of them";

    public TestCase {
        if (id.length() > Sizes.MAX_TEST_ID) {
            throw new IllegalArgumentException("a test's id must have at most " + Sizes.MAX_TEST_ID + " characters");
        }
        stdin = Objects.requireNonNullElse(stdin, "");
    }

    /** The result of a run with this input. */
    public TestResult ran(Verdict verdict, @Nullable String message, StageResult run) {
        boolean passed = verdict == Verdict.OK && (expectedOutput == null || isPrintedBy(run.stdout(), expectedOutput));
        return new TestResult(id, verdict, message, passed, run);
    }

    /** The result when it never came to this input. */
    public TestResult notRun(String why) {
        return new TestResult(id, null, why, false, null);
    }

    /**
     * As judges compare: white space at the end of a line and line ends at the end of the text don't count, all else
     * does.
     */
    private static boolean isPrintedBy(Output stdout, String expected) {
        return !stdout.truncated() && stdout.encoding() == Encoding.UTF_8
                && lines(stdout.content()).equals(lines(expected));
    }

    private static List<String> lines(String text) {
        List<String> lines = new ArrayList<>(text.lines().map(String::stripTrailing).toList());
        while (!lines.isEmpty() && lines.getLast().isEmpty()) {
            lines.removeLast();
        }
        return lines;
    }
}
