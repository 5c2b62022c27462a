package dev.penstock.gateway.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.penstock.contracts.Output;
import dev.penstock.contracts.ProgramResult;
import dev.penstock.contracts.StageResult;
import dev.penstock.contracts.Verdict;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A result in the shape that clients of Piston's {@code POST /api/v2/execute} expect.
 *
 * @param compile
 *            {@code null}, and then left out, for languages without a compile step
 * @param run
 *            repeats a failed compile step: Piston's clients read it in any case
 */
record PistonAnswer(String language, String version, @Nullable Stage compile, Stage run) {
    /**
     * One stage. Piston writes all of these fields, {@code null} where there is nothing to tell.
     *
     * @param output
     *            stdout, then stderr; Piston mixes them as they came
     * @param status
     *            Piston's letters: {@code TO} time, {@code OL} and {@code EL} too much on stdout or stderr, {@code RE} exit
     *            code, {@code SG} signal
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Stage(String stdout, String stderr, String output, @Nullable Integer code, @Nullable String signal,
            @Nullable String message, @Nullable String status, @Nullable Long cpu_time, @Nullable Long wall_time,
            @Nullable Long memory) {
    }

    static PistonAnswer of(String language, String version, ProgramResult result) {
        StageResult run = result.run();
        StageResult compile = result.compile();
        if (run == null) {
            Stage failed = stage(Objects.requireNonNull(compile, "one of the stages is there"), result.verdict(),
                    result.message());
            return new PistonAnswer(language, version, failed, failed);
        }
        return new PistonAnswer(language, version, compile == null ? null : stage(compile, Verdict.OK, null),
                stage(run, result.verdict(), result.message()));
    }

    private static Stage stage(StageResult stage, Verdict verdict, @Nullable String message) {
        String stdout = text(stage.stdout());
        String stderr = text(stage.stderr());
        return new Stage(stdout, stderr, stdout + stderr, stage.exitCode(),
                isStopped(verdict) ? "SIGKILL" : stage.signal(), message, letters(verdict, stage), stage.cpuTimeMs(),
                stage.wallTimeMs(), stage.memoryBytes());
    }

    private static boolean isStopped(Verdict verdict) {
        return switch (verdict) {
            case TIME_LIMIT, MEMORY_LIMIT, OUTPUT_LIMIT -> true;
            case OK, NONZERO_EXIT, COMPILE_ERROR, SIGNAL -> false;
        };
    }

    private static @Nullable String letters(Verdict verdict, StageResult stage) {
        return switch (verdict) {
            case OK -> null;
            case TIME_LIMIT -> "TO";
            case OUTPUT_LIMIT -> stage.stdout().truncated() ? "OL" : "EL";
            case NONZERO_EXIT, COMPILE_ERROR -> "RE";
            case MEMORY_LIMIT, SIGNAL -> "SG";
        };
    }

    /** Piston knows text only: bytes that are none become U+FFFD, as there. */
    private static String text(Output output) {
        return new String(output.toBytes(), StandardCharsets.UTF_8);
    }
}
