package dev.penstock.worker.pool;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.Job;
import dev.penstock.contracts.Json;
import dev.penstock.contracts.LanguageRuntime;
import dev.penstock.contracts.Program;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The original system's deployed adapter, unchanged: one file and stdin in, an exit code or Piston's answer out. */
record LegacyAdapterDialect() implements Dialect {
    private static final String API_VERSION = "2025-02-02-preview";
    /** What the adapter pins; it has no way of telling. */
    private static final List<LanguageRuntime> RUNTIMES = List.of(
            new LanguageRuntime("python", "3.10.0", List.of("py", "python3")),
            new LanguageRuntime("cpp", "10.2.0", List.of("c++")), new LanguageRuntime("java", "15.0.2", List.of()),
            new LanguageRuntime("javascript", "16.3.0", List.of("js", "node")));

    @Override
    public Optional<String> objection(Job job) {
        Program program = job.program();
        if (runtime(program).isEmpty()) {
            return Optional.of("this pool runs python, cpp, java and javascript only");
        }
        if (!program.args().isEmpty()) {
            return Optional.of("this pool can't give a program arguments: use stdin");
        }
        return SourceText.objection(program);
    }

    @Override
    public PoolRequest execute(SessionIdentifier session, Job job) {
        Program program = job.program();
        String language = runtime(program).orElseThrow().language();
        String code = SourceText.of(program);
        Map<String, Object> body = Map.of("properties", Map.of("codeInputType", "inline", "executionType",
                "synchronous", "code", code, "stdin", program.stdin()));
        String path = "/" + language + "/execute?api-version=" + API_VERSION + "&identifier="
                + PoolRequest.encoded(session.value());
        return PoolRequest.post(path, body);
    }

    /** No marker here: the shape of the body tells the adapter's answers from the platform's. */
    @Override
    public Outcome outcome(Answer.Complete answer, Job job) {
        if (PlatformAnswer.allocatorSpoke(answer)) {
            return PlatformAnswer.outcome(answer);
        }
        JsonNode body = json(answer);
        if (answer.success()) {
            return LegacyResult.read(body)
                    .<Outcome>map(Outcome.Ran::new)
                    .orElseGet(() -> Dialect.unreadable("the adapter's answer could not be read", job));
        }
        if (answer.status() == 404 && body.has("supportedLanguages")) {
            return new Outcome.Refused("the adapter doesn't know this language");
        }
        return PlatformAnswer.outcome(answer);
    }

    @Override
    public RuntimesSource runtimes() {
        return new RuntimesSource.Fixed(RUNTIMES);
    }

    private static Optional<LanguageRuntime> runtime(Program program) {
        return RUNTIMES.stream().filter(runtime -> runtime.answersTo(program.language())).findFirst();
    }

    private static JsonNode json(Answer.Complete answer) {
        try {
            return Json.MAPPER.readTree(answer.body());
        } catch (IOException notJson) {
            return Json.MAPPER.missingNode();
        }
    }
}
