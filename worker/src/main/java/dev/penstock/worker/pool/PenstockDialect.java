package dev.penstock.worker.pool;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.Job;
import dev.penstock.contracts.Json;
import dev.penstock.contracts.LanguageRuntime;
import dev.penstock.contracts.Limits;
import dev.penstock.contracts.Program;
import dev.penstock.contracts.ProgramResult;
import dev.penstock.contracts.SourceFile;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Our own session container: whatever it answers carries the marker header, so what doesn't is the platform's. */
record PenstockDialect() implements Dialect {
    static final String MARKER = "penstock-session";

    private record ExecuteRequest(String jobId, String language, @Nullable String version, List<SourceFile> files,
            String stdin, List<String> args, Limits limits) {
        static ExecuteRequest of(Job job) {
            Program program = job.program();
            return new ExecuteRequest(job.id(), program.language(), program.version(), program.files(),
                    program.stdin(), program.args(), program.limits());
        }
    }

    private record ExecuteAnswer(@Nullable String jobId, @Nullable ProgramResult result) {
    }

    @Override
    public Optional<String> objection(Job job) {
        return Optional.empty();
    }

    @Override
    public PoolRequest execute(SessionIdentifier session, Job job) {
        String path = "/" + PoolRequest.encoded(job.program().language()) + "/execute" + query(session);
        try {
            return PoolRequest.post(path, Json.MAPPER.writeValueAsBytes(ExecuteRequest.of(job)));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a job could not be written as JSON", impossible);
        }
    }

    @Override
    public Outcome outcome(Answer.Complete answer, Job job) {
        if (answer.header(MARKER).isEmpty()) {
            return PlatformAnswer.outcome(answer);
        }
        if (answer.success()) {
            return ran(answer, job);
        }
        int status = answer.status();
        return status >= 400 && status < 500 && status != 408 && status != 429
                ? new Outcome.Refused(refusal(answer))
                : new Outcome.Unavailable("the session container answered " + status);
    }

    private static Outcome ran(Answer.Complete answer, Job job) {
        try {
            ExecuteAnswer read = Json.MAPPER.readValue(answer.body(), ExecuteAnswer.class);
            if (read.result() == null || !job.id().equals(read.jobId())) {
                return new Outcome.Unavailable("the session container answered for another job, or without a result");
            }
            return new Outcome.Ran(read.result());
        } catch (IOException | IllegalArgumentException garbled) {
            return new Outcome.Unavailable("the session container's answer could not be read");
        }
    }

    /** The container explains itself in a problem's {@code detail}; that sentence is for the submitter. */
    private static String refusal(Answer.Complete answer) {
        try {
            JsonNode problem = Json.MAPPER.readTree(answer.body());
            String detail = problem.path("detail").asText(problem.path("title").asText());
            if (!detail.isBlank()) {
                return detail.length() <= 500 ? detail : detail.substring(0, 500);
            }
        } catch (IOException notJson) {
            // Told by its status alone.
        }
        return "the session container refused the request with status " + answer.status();
    }

    @Override
    public RuntimesSource runtimes() {
        return new RuntimesSource.Session(session -> PoolRequest.get("/runtimes" + query(session)),
                PenstockDialect::readRuntimes);
    }

    private static Optional<List<LanguageRuntime>> readRuntimes(Answer.Complete answer) {
        if (!answer.success() || answer.header(MARKER).isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(List.of(Json.MAPPER.readValue(answer.body(), LanguageRuntime[].class)));
        } catch (IOException | IllegalArgumentException garbled) {
            return Optional.empty();
        }
    }

    @Override
    public PoolRequest stop(SessionIdentifier session) {
        return ManagedSessions.stop(session);
    }

    @Override
    public PoolRequest look(SessionIdentifier session) {
        return ManagedSessions.look(session);
    }

    private static String query(SessionIdentifier session) {
        return "?identifier=" + PoolRequest.encoded(session.value());
    }
}
