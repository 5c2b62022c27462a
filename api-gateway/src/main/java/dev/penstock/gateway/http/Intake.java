package dev.penstock.gateway.http;

import dev.penstock.contracts.Envelope;
import dev.penstock.contracts.Job;
import dev.penstock.contracts.JobMessage;
import dev.penstock.contracts.LanguageRuntime;
import dev.penstock.contracts.MessageCodec;
import dev.penstock.contracts.Program;
import dev.penstock.contracts.Sizes;
import dev.penstock.gateway.jobs.JobIds;
import dev.penstock.gateway.jobs.Runtimes;
import dev.penstock.gateway.store.NewJob;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Makes jobs of submissions: what can only be checked here and now is checked here. */
final class Intake {
    private final Runtimes runtimes;
    private final WebhookIntake webhooks;
    private final Duration defaultDeadline;
    private final Duration maxDeadline;
    private final InstantSource clock;

    Intake(Runtimes runtimes, WebhookIntake webhooks, Duration defaultDeadline, Duration maxDeadline,
            InstantSource clock) {
        this.runtimes = runtimes;
        this.webhooks = webhooks;
        this.defaultDeadline = defaultDeadline;
        this.maxDeadline = maxDeadline;
        this.clock = clock;
    }

    /**
     * The job with a fresh id.
     *
     * @param pointer
     *            to the submission in the body
     * @throws ProblemException
     *             400 for an unknown language or version or an impossible deadline, 413 for a job that is too long
     */
    NewJob accept(Submission submission, String tenant, String pointer) {
        requireKnownRuntime(submission.program(), pointer);
        Instant now = now();
        Instant latest = now.plus(maxDeadline);
        Instant deadline = submission.deadline().orElse(now.plus(defaultDeadline));
        if (!deadline.isAfter(now) || deadline.isAfter(latest)) {
            throw Problem.invalid(pointer + "/deadline", "must be in the future and not after " + latest).asException();
        }
        Job job = new Job(Job.VERSION, JobIds.next(now), tenant, submission.program(), submission.tests(), now,
                deadline,
                submission.onLost());
        Envelope message = MessageCodec.encode(JobMessage.first(job));
        requireShort(message.body().length, pointer);
        return new NewJob(job, message.body(), submission.labels(),
                webhooks.accept(submission.webhook(), pointer + "/webhook"));
    }

    /** Which jobs can be accepted depends on when it is. */
    Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private void requireKnownRuntime(Program program, String pointer) {
        List<LanguageRuntime> all = runtimes.known().orElse(List.of());
        List<LanguageRuntime> named = runtimes.of(program.language()).orElse(List.of());
        if (!all.isEmpty() && named.isEmpty()) {
            throw unknown(pointer + "/language", all.stream().map(LanguageRuntime::language));
        }
        if (!named.isEmpty() && named.stream().noneMatch(runtime -> runtime.satisfies(program.version()))) {
            throw unknown(pointer + "/version", named.stream().map(LanguageRuntime::version));
        }
    }

    private static ProblemException unknown(String pointer, Stream<String> known) {
        return Problem
                .invalid(pointer,
                        "is not one that the workers run; use " + known.distinct().collect(Collectors.joining(", ")))
                .asException();
    }

    private static void requireShort(int bytes, String pointer) {
        if (bytes > Sizes.MAX_JOB_BYTES) {
            String which = pointer.isEmpty() ? "this one" : "the one at " + pointer;
            throw Problem
                    .of(ProblemType.TOO_LARGE, "A job may have " + Sizes.MAX_JOB_BYTES + " bytes as JSON; " + which
                            + " has " + bytes + ". Shorten its files, stdin, tests or arguments.")
                    .asException();
        }
    }
}
