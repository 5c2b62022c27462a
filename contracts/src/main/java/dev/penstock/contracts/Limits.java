package dev.penstock.contracts;

import org.jspecify.annotations.Nullable;

/**
 * What a run may use. An absent limit takes the session container's default; one above the container's own ceiling is
 * lowered to it.
 *
 * @param wallTimeMs
 *            wall-clock time of the run stage, milliseconds
 * @param cpuTimeMs
 *            CPU time of the whole process tree, milliseconds
 * @param memoryBytes
 *            memory of the whole process tree
 * @param outputBytes
 *            kept of stdout and of stderr, each; a program that prints more is stopped with {@code output_limit}
 */
public record Limits(@Nullable Long wallTimeMs, @Nullable Long cpuTimeMs, @Nullable Long memoryBytes,
        @Nullable Long outputBytes) {
    /** Every limit at the container's default. */
    public static final Limits NONE = new Limits(null, null, null, null);

    public Limits {
        requirePositive("wallTimeMs", wallTimeMs);
        requirePositive("cpuTimeMs", cpuTimeMs);
        requirePositive("memoryBytes", memoryBytes);
        requirePositive("outputBytes", outputBytes);
    }

    /** These limits with another wall time, milliseconds. */
    public Limits withWallTimeMs(long milliseconds) {
        return new Limits(milliseconds, cpuTimeMs, memoryBytes, outputBytes);
    }

    private static void requirePositive(String name, @Nullable Long value) {
        if (value != null && value <= 0) {
            throw new IllegalArgumentException(name + " must be greater than 0");
        }
    }
}
