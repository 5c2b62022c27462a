package dev.penstock.contracts;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One stage (compile or run) of a program.
 *
 * @param exitCode
 *            {@code null} when a signal ended it
 * @param signal
 *            such as {@code SIGKILL}; {@code null} when it exited by itself
 * @param wallTimeMs
 *            wall-clock time, milliseconds; {@code null} where the pool doesn't tell (as the next two)
 * @param cpuTimeMs
 *            CPU time of the whole process tree, milliseconds
 * @param memoryBytes
 *            peak resident memory
 */
public record StageResult(@Nullable Integer exitCode, @Nullable String signal, Output stdout, Output stderr,
        @Nullable Long wallTimeMs, @Nullable Long cpuTimeMs, @Nullable Long memoryBytes) {
    public StageResult {
        stdout = Objects.requireNonNullElse(stdout, Output.EMPTY);
        stderr = Objects.requireNonNullElse(stderr, Output.EMPTY);
    }

    /** This stage with other streams. */
    public StageResult withOutput(Output newStdout, Output newStderr) {
        return new StageResult(exitCode, signal, newStdout, newStderr, wallTimeMs, cpuTimeMs, memoryBytes);
    }
}
