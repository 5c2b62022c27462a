package dev.penstock.worker.pool;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.Job;
import dev.penstock.contracts.Output;
import dev.penstock.contracts.ProgramResult;
import dev.penstock.contracts.StageResult;
import dev.penstock.contracts.Verdict;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads an execution of Azure's code interpreter, new shape ({@code result}) or old. It tells no exit code and no
 * signal: a failed program's verdict follows from the words in its stderr.
 */
final class CodeInterpreterResult {
    private static final String TIMED_OUT = "timed out waiting for code execution";
    private static final String OUT_OF_MEMORY = "execution aborted";

    private CodeInterpreterResult() {}

    static Outcome read(JsonNode execution, Job job) {
        JsonNode result = execution.path("result").isObject() ? execution.path("result") : execution;
        return switch (execution.path("status").asText().toLowerCase(Locale.ROOT)) {
            case "succeeded", "success" -> new Outcome.Ran(result(result, Verdict.OK, 0));
            case "failed", "failure" -> new Outcome.Ran(result(result, failure(result), null));
            case "running", "notstarted" -> new Outcome.Lost("the pool answered before the program had ended");
            default -> Dialect.unreadable("the pool's answer could not be read", job);
        };
    }

    private static Verdict failure(JsonNode result) {
        String stderr = result.path("stderr").asText().toLowerCase(Locale.ROOT);
        if (stderr.contains(TIMED_OUT)) {
            return Verdict.TIME_LIMIT;
        }
        return stderr.contains(OUT_OF_MEMORY) ? Verdict.MEMORY_LIMIT : Verdict.NONZERO_EXIT;
    }

    private static ProgramResult result(JsonNode result, Verdict verdict, @Nullable Integer exitCode) {
        JsonNode time = result.path("executionTimeInMilliseconds");
        var run = new StageResult(exitCode, null, Output.of(result.path("stdout").asText()),
                Output.of(result.path("stderr").asText()), time.isNumber() ? time.longValue() : null, null, null);
        return new ProgramResult(verdict, null, null, run);
    }
}
