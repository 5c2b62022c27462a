package dev.penstock.worker.pool;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.penstock.contracts.Job;
import dev.penstock.contracts.Json;
import dev.penstock.contracts.LanguageRuntime;
import dev.penstock.contracts.SessionProtocol;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Our own session container: whatever it answers carries the marker header, so what doesn't is the platform's. */
record PenstockDialect() implements Dialect {
    @Override
    public Optional<String> objection(Job job) {
        return Optional.empty();
    }

    @Override
    public PoolRequest execute(SessionIdentifier session, Job job) {
        String path = "/" + PoolRequest.encoded(job.program().language()) + "/execute" + query(session);
        try {
            return PoolRequest.post(path,
                    Json.MAPPER.writeValueAsBytes(SessionProtocol.Request.of(job.id(), job.program())));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a job could not be written as JSON", impossible);
        }
    }

    @Override
    public Outcome outcome(Answer.Complete answer, Job job) {
        if (answer.header(SessionProtocol.MARKER_HEADER).isEmpty()) {
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
            var read = Json.MAPPER.readValue(answer.body(), SessionProtocol.Answer.class);
            return job.id().equals(read.jobId())
                    ? new Outcome.Ran(read.result())
                    : new Outcome.Unavailable("the session container answered for another job");
        } catch (IOException | RuntimeException garbled) {
            return new Outcome.Unavailable("the session container's answer could not be read");
        }
    }

    /** The container says for people what was wrong and what to do; that sentence is for the submitter. */
    private static String refusal(Answer.Complete answer) {
        try {
            String message = Json.MAPPER.readValue(answer.body(), SessionProtocol.Failure.class).error().message();
            if (!message.isBlank()) {
                return message.length() <= 500 ? message : message.substring(0, 500);
            }
        } catch (IOException | RuntimeException garbled) {
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
        if (!answer.success() || answer.header(SessionProtocol.MARKER_HEADER).isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Json.MAPPER.readValue(answer.body(), SessionProtocol.Runtimes.class).runtimes());
        } catch (IOException | RuntimeException garbled) {
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

    @Override
    public PoolRequest list(int skip) {
        return ManagedSessions.list(skip);
    }

    private static String query(SessionIdentifier session) {
        return "?identifier=" + PoolRequest.encoded(session.value());
    }
}
