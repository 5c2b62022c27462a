package dev.penstock.contracts;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What became of one {@link TestCase}.
 *
 * @param verdict
 *            how the program ended; {@code null} when it was not run with this input, for which the message has the
 *            reason
 * @param passed
 *            whether it ended {@code ok} and printed what was expected, where something was
 * @param run
 *            {@code null} when it was not run
 */
public record TestResult(String id, @Nullable Verdict verdict, @Nullable String message, boolean passed,
        @Nullable StageResult run) {
    public TestResult {
        Objects.requireNonNull(id, "id");
    }
}
