package dev.penstock.session.piston;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.penstock.contracts.Encoding;
import dev.penstock.contracts.Json;
import dev.penstock.contracts.Output;
import dev.penstock.contracts.SourceFile;
import dev.penstock.contracts.StageResult;
import dev.penstock.contracts.Verdict;
import dev.penstock.session.run.ProgramRun;
import dev.penstock.session.run.RunnerFailure;
import dev.penstock.session.run.StageEnd;
import dev.penstock.session.run.StageLimits;
import dev.penstock.session.run.StopReason;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Requests to a Piston, and its stages as ours. */
final class PistonStage {
    /** A program killed for its memory was this near to its limit when it was last measured. */
    private static final double NEARLY_ALL = 0.95;

    private PistonStage() {}

    static ObjectNode request(ProgramRun program, ProgramRun.Case one, StageLimits run) {
        ObjectNode request = Json.MAPPER.createObjectNode()
                .put("language", program.runtime().language())
                .put("version", program.runtime().version())
                .put("stdin", new String(one.stdin(), StandardCharsets.UTF_8));
        one.args().forEach(request.putArray("args")::add);
        ArrayNode files = request.putArray("files");
        for (SourceFile file : program.files()) {
            files.addObject()
                    .put("name", file.name())
                    .put("content", file.content())
                    .put("encoding",
                            file.encoding() == Encoding.BASE64 ? "base64" : "utf8");
        }
        limits(request, "compile", program.compileLimits());
        limits(request, "run", run);
        return request;
    }

    private static void limits(ObjectNode request, String stage, StageLimits limits) {
        request.put(stage + "_timeout", limits.wall().toMillis())
                .put(stage + "_cpu_time", limits.cpu().toMillis())
                .put(stage + "_memory_limit", limits.memoryBytes());
    }

    /**
     * A stage, or {@code null} when there was none.
     *
     * @param memoryBytes
     *            its limit, as Piston accepted it
     */
    static @Nullable StageEnd parse(@Nullable JsonNode stage, long memoryBytes, int keptBytes) throws RunnerFailure {
        if (stage == null || stage.isNull()) {
            return null;
        }
        String status = stage.path("status").asText("");
        if (status.equals("XX")) {
            throw new RunnerFailure("the Piston failed inside: " + stage.path("message").asText());
        }
        Verdict verdict = verdict(stage, status, memoryBytes);
        Integer code = stage.path("code").isInt() ? stage.path("code").intValue() : null;
        String signal = stage.path("signal").isTextual() ? stage.path("signal").textValue() : null;
        var result = new StageResult(signal == null ? code : null, signal,
                output(stage.path("stdout").asText(), status.equals("OL")).keepEncoded(keptBytes),
                output(stage.path("stderr").asText(), status.equals("EL")).keepEncoded(keptBytes),
                number(stage, "wall_time"),
                number(stage, "cpu_time"), number(stage, "memory"));
        String message = stage.path("message").isTextual() ? stage.path("message").textValue() : null;
        return new StageEnd(verdict, message, result, stopped(status), true, "");
    }

    private static @Nullable StopReason stopped(String status) {
        return switch (status) {
            case "OL" -> StopReason.STDOUT;
            case "EL" -> StopReason.STDERR;
            default -> null;
        };
    }

    /** Pistons before the status words tell only code and signal. */
    private static Verdict verdict(JsonNode stage, String status, long memoryBytes) {
        return switch (status) {
            case "TO" -> Verdict.TIME_LIMIT;
            case "OL", "EL" -> Verdict.OUTPUT_LIMIT;
            case "RE" -> Verdict.NONZERO_EXIT;
            default -> {
                if (stage.path("signal").isTextual()) {
                    boolean full = stage.path("memory").asDouble() >= NEARLY_ALL * memoryBytes;
                    yield full ? Verdict.MEMORY_LIMIT : Verdict.SIGNAL;
                }
                yield stage.path("code").asInt(0) == 0 ? Verdict.OK : Verdict.NONZERO_EXIT;
            }
        };
    }

    /** How much was cut off is known to nobody: at least one byte. */
    private static Output output(String text, boolean cut) {
        Output whole = Output.of(text);
        return cut ? new Output(text, Encoding.UTF_8, whole.bytes() + 1, true) : whole;
    }

    private static @Nullable Long number(JsonNode stage, String name) {
        return stage.path(name).isNumber() ? stage.path(name).longValue() : null;
    }
}
