package dev.penstock.worker.pool;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.Job;
import dev.penstock.contracts.Json;
import dev.penstock.contracts.LanguageRuntime;
import dev.penstock.contracts.Program;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Azure's own code-interpreter pools: one source text in one language, without input or arguments.
 *
 * @param language
 *            what the pool was created for; its endpoint doesn't tell
 * @param runTime
 *            what a program may take within one call
 */
record CodeInterpreterDialect(LanguageRuntime language, Duration runTime) implements Dialect {
    static final LanguageRuntime PYTHON = new LanguageRuntime("python", "lts", List.of("py", "python3"));
    static final LanguageRuntime JAVASCRIPT = new LanguageRuntime("javascript", "lts", List.of("js", "node"));
    private static final String API_VERSION = "2025-02-02-preview";
    private static final String SESSION_API_VERSION = "2025-10-02-preview";
    private static final String OLD_API_VERSION = "2024-02-02-preview";
    /** What Azure allows. */
    private static final long MOST_SECONDS = 220;

    @Override
    public Optional<String> objection(Job job) {
        Program program = job.program();
        if (!language.answersTo(program.language())) {
            return Optional.of("this pool runs " + language.language() + " only");
        }
        if (!program.stdin().isEmpty() || !program.args().isEmpty()) {
            return Optional.of("this pool can't give a program input or arguments: put them into the source text");
        }
        return SourceText.objection(program);
    }

    @Override
    public PoolRequest execute(SessionIdentifier session, Job job) {
        Map<String, Object> body = Map.of("codeInputType", "Inline", "executionType", "Synchronous", "code",
                SourceText.of(job.program()), "timeoutInSeconds", seconds(job.program()));
        return PoolRequest.post("/executions" + query(API_VERSION, session), body);
    }

    /** Where the new path is unknown, or refuses the flat body, nothing ran: the old path is tried. */
    @Override
    public Optional<PoolRequest> secondTry(SessionIdentifier session, Job job, Answer first) {
        boolean otherShapeWanted = first instanceof Answer.Complete answer && !PlatformAnswer.allocatorSpoke(answer)
                && (answer.status() == 404 || PlatformAnswer.errorCode(answer).equals("SessionPropertiesMissing"));
        if (!otherShapeWanted) {
            return Optional.empty();
        }
        Map<String, Object> body = Map.of("properties", Map.of("codeInputType", "inline", "executionType",
                "synchronous", "code", SourceText.of(job.program()), "timeoutInSeconds", seconds(job.program())));
        return Optional.of(PoolRequest.post("/code/execute" + query(OLD_API_VERSION, session), body));
    }

    @Override
    public Outcome outcome(Answer.Complete answer, Job job) {
        if (!answer.success()) {
            return PlatformAnswer.outcome(answer);
        }
        try {
            JsonNode body = Json.MAPPER.readTree(answer.body());
            return CodeInterpreterResult.read(body.has("properties") ? body.path("properties") : body, job);
        } catch (IOException garbled) {
            return Dialect.unreadable("the pool's answer could not be read", job);
        }
    }

    @Override
    public RuntimesSource runtimes() {
        return new RuntimesSource.Fixed(List.of(language));
    }

    @Override
    public PoolRequest stop(SessionIdentifier session) {
        return new PoolRequest(HttpMethod.DELETE, "/session" + query(SESSION_API_VERSION, session), null);
    }

    @Override
    public PoolRequest look(SessionIdentifier session) {
        return PoolRequest.get("/session" + query(SESSION_API_VERSION, session));
    }

    @Override
    public PoolRequest list(int skip) {
        return PoolRequest.get("/listSessions?api-version=" + SESSION_API_VERSION + "&skip=" + skip);
    }

    /** Also for jobs that name no limit: a program that outlives its call would be lost, and run again (decision 63). */
    private long seconds(Program program) {
        long most = Math.clamp(runTime.toSeconds(), 1, MOST_SECONDS);
        Long wallTime = program.limits().wallTimeMs();
        return wallTime == null ? most : Math.clamp(Math.ceilDiv(wallTime, 1000L), 1, most);
    }

    private static String query(String version, SessionIdentifier session) {
        return "?api-version=" + version + "&identifier=" + PoolRequest.encoded(session.value());
    }
}
