package dev.penstock.gateway.http;

import dev.penstock.contracts.Encoding;
import dev.penstock.contracts.Output;
import dev.penstock.contracts.ProgramResult;
import dev.penstock.contracts.StageResult;
import dev.penstock.contracts.Verdict;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** A result in the shape that clients of Piston's {@code POST /api/v2/execute} expect. */
record PistonAnswer(String language, String version, @Nullable Stage compile, @Nullable Stage run) {
    /**
     * One stage.
     *
     * @param output
     *            stdout, then stderr; Piston mixes them as they came
     * @param status
     *            Piston's letters: {@code TO} time, {@code OL} output, {@code RE} exit code, {@code SG} signal
     */
    record Stage(String stdout, String stderr, String output, @Nullable Integer code, @Nullable String signal,
            @Nullable String message, @Nullable String status, @Nullable Long cpu_time, @Nullable Long wall_time,
            @Nullable Long memory) {
    }

    static PistonAnswer of(String language, String version, ProgramResult result) {
        boolean compiled = result.run() != null;
        return new PistonAnswer(language, version,
                stage(result.compile(), compiled ? Verdict.OK : result.verdict(), null),
                stage(result.run(), result.verdict(), result.message()));
    }

    private static @Nullable Stage stage(@Nullable StageResult stage, Verdict verdict, @Nullable String message) {
        if (stage == null) {
            return null;
        }
        String stdout = text(stage.stdout());
        String stderr = text(stage.stderr());
        return new Stage(stdout, stderr, stdout + stderr, stage.exitCode(), stage.signal(), message, letters(verdict),
                stage.cpuTimeMs(), stage.wallTimeMs(), stage.memoryBytes());
    }

    private static @Nullable String letters(Verdict verdict) {
        return switch (verdict) {
            case OK -> null;
            case TIME_LIMIT -> "TO";
            case OUTPUT_LIMIT -> "OL";
            case NONZERO_EXIT, COMPILE_ERROR -> "RE";
            case MEMORY_LIMIT, SIGNAL -> "SG";
        };
    }

    /** Piston knows text only: bytes that are none become U+FFFD, as there. */
    private static String text(Output output) {
        return output.encoding() == Encoding.BASE64
                ? new String(Base64.getDecoder().decode(output.content()), StandardCharsets.UTF_8)
                : output.content();
    }
}
