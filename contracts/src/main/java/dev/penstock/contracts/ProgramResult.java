package dev.penstock.contracts;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What became of a program that ran, or that did not compile.
 *
 * @param message
 *            one line for people where the verdict alone leaves a question ("stopped after 10 s"), or {@code null}
 * @param compile
 *            {@code null} for languages without a compile step
 * @param run
 *            {@code null} when the compile step failed
 */
public record ProgramResult(Verdict verdict, @Nullable String message, @Nullable StageResult compile,
        @Nullable StageResult run) {
    public ProgramResult {
        Objects.requireNonNull(verdict, "verdict");
    }
}
