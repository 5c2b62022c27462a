package dev.penstock.worker.pool;

import dev.penstock.contracts.Job;
import dev.penstock.contracts.Json;
import dev.penstock.contracts.LanguageRuntime;
import dev.penstock.contracts.Limits;
import dev.penstock.contracts.ProgramResult;
import dev.penstock.contracts.SessionProtocol;
import dev.penstock.contracts.TestCase;
import dev.penstock.contracts.TestResult;
import dev.penstock.contracts.Verdict;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Our own session container: whatever it answers carries the marker header, so what doesn't is the platform's.
 *
 * @param runTime
 *            what a program, or all cases of a test, may take within one call
 */
record PenstockDialect(Duration runTime) implements Dialect {
    @Override
    public Optional<String> objection(Job job) {
        return Optional.empty();
    }

    @Override
    public PoolRequest execute(SessionIdentifier session, Job job) {
        String path = "/" + PoolRequest.encoded(job.program().language()) + "/execute" + query(session);
        return PoolRequest.post(path, SessionProtocol.Request.of(withinCall(job), runTime));
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
                : new Outcome.Unavailable("the session container answered " + status,
                        answer.retryAfter(Instant.now()));
    }

    @Override
    public boolean takesTests() {
        return true;
    }

    /** A program that may run for longer than a call would be cut with it: its own limit is to strike first. */
    private Job withinCall(Job job) {
        Limits limits = job.program().limits();
        Long wallTime = limits.wallTimeMs();
        return wallTime == null || wallTime <= runTime.toMillis()
                ? job
                : job.with(job.program().withLimits(limits.withWallTimeMs(runTime.toMillis())));
    }

    private static Outcome ran(Answer.Complete answer, Job job) {
        try {
            var read = Json.MAPPER.readValue(answer.body(), SessionProtocol.Answer.class);
            if (!job.id().equals(read.jobId())) {
                return Dialect.unreadable("the session container answered for another job", job);
            }
            return new Outcome.Ran(job.tests().isEmpty() ? read.result() : judged(read, job.tests()));
        } catch (IOException | RuntimeException garbled) {
            return Dialect.unreadable("the session container's answer could not be read", job);
        }
    }

    private static ProgramResult judged(SessionProtocol.Answer answer, List<TestCase> tests) {
        if (answer.result().verdict() == Verdict.COMPILE_ERROR) {
            return answer.result().notCompiled(tests);
        }
        List<SessionProtocol.CaseEnd> ends = Objects.requireNonNullElse(answer.tests(), List.of());
        if (ends.size() != tests.size()) {
            throw new IllegalArgumentException("not one answer for each test");
        }
        List<TestResult> cases = new ArrayList<>();
        for (int i = 0; i < tests.size(); i++) {
            cases.add(judged(ends.get(i), tests.get(i)));
        }
        return ProgramResult.tested(answer.result().compile(), cases).withVersion(answer.result().version());
    }

    private static TestResult judged(SessionProtocol.CaseEnd end, TestCase test) {
        return end.verdict() == null || end.run() == null
                ? test.notRun(Objects.requireNonNullElse(end.message(), TestCase.NO_TIME_LEFT))
                : test.ran(end.verdict(), end.message(), end.run());
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

    private static String query(SessionIdentifier session) {
        return "?identifier=" + PoolRequest.encoded(session.value());
    }
}
