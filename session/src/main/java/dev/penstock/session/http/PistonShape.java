package dev.penstock.session.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.penstock.contracts.Json;
import dev.penstock.contracts.LanguageRuntime;
import dev.penstock.contracts.Output;
import dev.penstock.contracts.StageResult;
import dev.penstock.contracts.Verdict;
import dev.penstock.session.run.ProgramEnd;
import dev.penstock.session.run.StageEnd;
import dev.penstock.session.run.StopReason;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Answers as Piston v2 writes them, with Piston's status words. {@code output} is stdout, then stderr: here the two are
 * separate pipes, so their order is not known.
 */
final class PistonShape {
    private PistonShape() {}

    static ArrayNode runtimes(List<LanguageRuntime> runtimes) {
        ArrayNode all = Json.MAPPER.createArrayNode();
        for (LanguageRuntime runtime : runtimes) {
            ObjectNode one = all.addObject().put("language", runtime.language()).put("version", runtime.version());
            runtime.aliases().forEach(one.putArray("aliases")::add);
        }
        return all;
    }

    static ObjectNode answer(LanguageRuntime runtime, ProgramEnd end) {
        ObjectNode answer = Json.MAPPER.createObjectNode()
                .put("language", runtime.language())
                .put("version",
                        runtime.version());
        if (end.compile() != null) {
            answer.set("compile", stage(end.compile()));
        }
        // Piston's clients read run in any case, so it repeats a failed compile step.
        answer.set("run",
                stage(end.cases().isEmpty() ? Objects.requireNonNull(end.compile()) : end.cases().getFirst()));
        return answer;
    }

    /** Whether a request is Piston's, and its answer is to be, too. */
    static boolean isAsked(RoutingContext context) {
        return String.valueOf(context.request().path()).startsWith("/api/v2/");
    }

    static ObjectNode failure(String message) {
        return Json.MAPPER.createObjectNode().put("message", message);
    }

    private static JsonNode stage(StageEnd end) {
        StageResult result = end.result();
        String status = status(end);
        String stdout = text(result.stdout());
        String stderr = text(result.stderr());
        return Json.MAPPER.createObjectNode()
                .put("stdout", stdout)
                .put("stderr", stderr)
                .put("output", stdout + stderr)
                .put("code", result.exitCode())
                .put("signal", isStopped(end.verdict()) ? "SIGKILL" : result.signal())
                .put("message", end.message())
                .put("status", status)
                .put("cpu_time", result.cpuTimeMs())
                .put("wall_time", result.wallTimeMs())
                .put("memory", result.memoryBytes());
    }

    private static @Nullable String status(StageEnd end) {
        return switch (end.verdict()) {
            case OK -> null;
            case NONZERO_EXIT, COMPILE_ERROR -> "RE";
            case TIME_LIMIT -> "TO";
            case MEMORY_LIMIT, SIGNAL -> "SG";
            case OUTPUT_LIMIT -> status(end.stopped());
        };
    }

    /** A program that filled the disk is to Piston one that was killed. */
    private static String status(@Nullable StopReason stopped) {
        return switch (stopped) {
            case STDOUT -> "OL";
            case STDERR -> "EL";
            case WALL_TIME, CPU_TIME, MEMORY, DISK, FILES -> "SG";
            case null -> "SG";
        };
    }

    private static boolean isStopped(Verdict verdict) {
        return switch (verdict) {
            case TIME_LIMIT, MEMORY_LIMIT, OUTPUT_LIMIT -> true;
            case OK, NONZERO_EXIT, COMPILE_ERROR, SIGNAL -> false;
        };
    }

    /** Piston has no way to write other bytes than text. */
    private static String text(Output output) {
        return new String(output.toBytes(), StandardCharsets.UTF_8);
    }
}
