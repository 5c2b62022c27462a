package dev.penstock.worker.pool;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.Output;
import dev.penstock.contracts.ProgramResult;
import dev.penstock.contracts.StageResult;
import dev.penstock.contracts.Verdict;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads a program's result out of the original adapter's answer, or out of Piston's when that shines through. */
final class LegacyResult {
    private LegacyResult() {}

    /** Empty when the body is neither shape. */
    static Optional<ProgramResult> read(JsonNode body) {
        if (body.path("properties").path("exitCode").isNumber()) {
            return Optional.of(adapter(body.path("properties")));
        }
        if (body.path("run").isObject()) {
            return Optional.of(piston(body).withVersion(body.path("version").textValue()));
        }
        return Optional.empty();
    }

    /** The adapter writes exit code 1 for 0 ({@code run.code || 1}); its status is right. */
    private static ProgramResult adapter(JsonNode properties) {
        int code = properties.path("exitCode").intValue();
        String status = properties.path("status").asText();
        boolean succeeded = status.equalsIgnoreCase("success") || status.equalsIgnoreCase("succeeded");
        int exitCode = code == 1 && succeeded ? 0 : code;
        var run = new StageResult(exitCode, null, text(properties, "stdout"), text(properties, "stderr"), null, null,
                null);
        return new ProgramResult(exitCode == 0 ? Verdict.OK : Verdict.NONZERO_EXIT, null, null, run);
    }

    private static ProgramResult piston(JsonNode body) {
        JsonNode compile = body.path("compile");
        boolean compileFailed = compile.isObject() && compile.path("code").asInt(-1) != 0;
        StageResult compiled = compile.isObject() ? stage(compile) : null;
        if (compileFailed) {
            return new ProgramResult(Verdict.COMPILE_ERROR, message(compile), compiled, null);
        }
        JsonNode run = body.path("run");
        return new ProgramResult(verdict(run), message(run), compiled, stage(run));
    }

    private static Verdict verdict(JsonNode run) {
        return switch (run.path("status").asText()) {
            case "TO" -> Verdict.TIME_LIMIT;
            case "OL", "EL" -> Verdict.OUTPUT_LIMIT;
            case "SG" -> Verdict.SIGNAL;
            default -> {
                if (run.path("signal").isTextual()) {
                    yield Verdict.SIGNAL;
                }
                yield run.path("code").asInt(-1) == 0 ? Verdict.OK : Verdict.NONZERO_EXIT;
            }
        };
    }

    private static StageResult stage(JsonNode stage) {
        return new StageResult(stage.path("code").isNumber() ? stage.path("code").intValue() : null,
                stage.path("signal").isTextual() ? stage.path("signal").asText() : null, text(stage, "stdout"),
                text(stage, "stderr"), number(stage, "wall_time"), number(stage, "cpu_time"), number(stage, "memory"));
    }

    private static @Nullable String message(JsonNode stage) {
        return stage.path("message").isTextual() ? stage.path("message").asText() : null;
    }

    private static @Nullable Long number(JsonNode stage, String name) {
        return stage.path(name).isNumber() ? stage.path(name).longValue() : null;
    }

    private static Output text(JsonNode stage, String name) {
        return Output.of(stage.path(name).asText(""));
    }
}
