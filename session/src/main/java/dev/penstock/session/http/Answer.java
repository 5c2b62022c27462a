package dev.penstock.session.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.penstock.contracts.Encoding;
import dev.penstock.contracts.Json;
import dev.penstock.contracts.LanguageRuntime;
import dev.penstock.contracts.Output;
import dev.penstock.contracts.ProgramResult;
import dev.penstock.contracts.SessionProtocol;
import dev.penstock.contracts.StageResult;
import dev.penstock.contracts.TestCase;
import dev.penstock.contracts.Verdict;
import dev.penstock.session.run.ProgramEnd;
import dev.penstock.session.run.StageEnd;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The answer to an execute request: {@code result} as workers read it, and beside it the fields that clients of Azure's
 * shapes look for. Those are of the stage that counts: the run, or the compile step when it failed. {@code exitCode} and
 * {@code signal} are always there, one of them {@code null}: nobody has to guess which 0 was meant.
 */
final class Answer {
    private Answer() {}

    static ObjectNode write(ExecuteRequest request, LanguageRuntime runtime, ProgramEnd end, Caller caller) {
        ObjectNode answer = request.keepBytes() == null
                ? forAnyClient(request, runtime, end, caller)
                : Json.MAPPER.valueToTree(forWorker(request, runtime, end));
        answer.findParents("stdout").forEach(Answer::tellHowItEnded);
        return answer;
    }

    /** Nulls, which are left out everywhere else, tell here that the other one counts. */
    private static void tellHowItEnded(JsonNode stage) {
        if (stage.path("stdout").isObject()) {
            ObjectNode fields = (ObjectNode) stage;
            fields.putIfAbsent("exitCode", NullNode.getInstance());
            fields.putIfAbsent("signal", NullNode.getInstance());
        }
    }

    /** What the protocol says, each stream once and bounded: nothing that a program prints makes it too long to read. */
    private static SessionProtocol.Answer forWorker(ExecuteRequest request, LanguageRuntime runtime, ProgramEnd end) {
        ProgramResult whole = end.result().withVersion(runtime.version());
        if (!request.tests()) {
            return new SessionProtocol.Answer(request.jobId(), whole, null);
        }
        var brief = new ProgramResult(whole.verdict(), whole.message(), whole.compile(), null, null, whole.version());
        return new SessionProtocol.Answer(request.jobId(), brief, tests(request, end));
    }

    private static ObjectNode forAnyClient(ExecuteRequest request, LanguageRuntime runtime, ProgramEnd end,
            Caller caller) {
        ProgramResult result = end.result().withVersion(runtime.version());
        ObjectNode fields = Json.MAPPER.createObjectNode();
        Optional.ofNullable(request.jobId()).ifPresent(id -> fields.put("jobId", id));
        StageResult stage = Objects.requireNonNull(result.run() == null ? result.compile() : result.run());
        fields.put("status", status(request.shape(), result.verdict()));
        fields.put("exitCode", stage.exitCode());
        fields.put("signal", stage.signal());
        fields.set("verdict", Json.MAPPER.valueToTree(result.verdict()));
        fields.put("message", result.message());
        fields.put("executionType", "Synchronous");
        streams(fields, stage);
        ObjectNode whole = fields.putObject("result");
        whole.setAll((ObjectNode) Json.MAPPER.valueToTree(result));
        whole.put("executionResult", "");
        if (request.tests()) {
            fields.set("tests", Json.MAPPER.valueToTree(tests(request, end)));
        }
        return switch (request.shape()) {
            case FLAT -> {
                // Azure has the streams in here.
                streams(whole, stage);
                yield fields.put("id", caller.operation()).put("identifier", caller.identifier());
            }
            case WRAPPED -> Json.MAPPER.createObjectNode().set("properties", fields);
        };
    }

    /** One element for each case, in their order. */
    private static List<SessionProtocol.CaseEnd> tests(ExecuteRequest request, ProgramEnd end) {
        List<SessionProtocol.CaseEnd> tests = new ArrayList<>();
        for (StageEnd one : end.cases()) {
            tests.add(new SessionProtocol.CaseEnd(one.verdict(), one.message(), one.result()));
        }
        String why = end.cases().isEmpty() ? TestCase.NOT_COMPILED : TestCase.NO_TIME_LEFT;
        while (tests.size() < request.cases().size()) {
            tests.add(new SessionProtocol.CaseEnd(null, why, null));
        }
        return tests;
    }

    /** Azure's own words, which differ between its API versions. */
    private static String status(ExecuteRequest.Shape shape, Verdict verdict) {
        if (verdict != Verdict.OK) {
            return "Failed";
        }
        return switch (shape) {
            case FLAT -> "Succeeded";
            case WRAPPED -> "Success";
        };
    }

    private static void streams(ObjectNode node, StageResult stage) {
        stream(node, "stdout", stage.stdout());
        stream(node, "stderr", stage.stderr());
        node.put("executionTimeInMilliseconds", Objects.requireNonNullElse(stage.wallTimeMs(), 0L));
    }

    private static void stream(ObjectNode node, String name, Output output) {
        node.put(name, output.content());
        if (output.encoding() == Encoding.BASE64) {
            node.put(name + "Encoding", "base64");
        }
    }
}
