package dev.penstock.gateway.http;

import dev.penstock.contracts.Envelope;
import dev.penstock.contracts.Job;
import dev.penstock.contracts.JobMessage;
import dev.penstock.contracts.LanguageRuntime;
import dev.penstock.contracts.MessageCodec;
import dev.penstock.contracts.Sizes;
import dev.penstock.gateway.jobs.JobIds;
import dev.penstock.gateway.jobs.Runtimes;
import dev.penstock.gateway.store.NewJob;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;

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
     *             400 for an unknown language or an impossible deadline, 413 for a job that is too long
     */
    NewJob accept(Submission submission, String tenant, String pointer) {
        requireKnownLanguage(submission.program().language(), pointer);
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        Instant latest = now.plus(maxDeadline);
        Instant deadline = submission.deadline().orElse(now.plus(defaultDeadline));
        if (!deadline.isAfter(now) || deadline.isAfter(latest)) {
            throw Problem.invalid(pointer + "/deadline", "must be in the future and not after " + latest).asException();
        }
        Job job = new Job(Job.VERSION, JobIds.next(now), tenant, submission.program(), submission.tests(), now,
                deadline,
                submission.onLost());
        Envelope message = MessageCodec.encode(JobMessage.first(job));
        requireShort(message.body().length);
        return new NewJob(job, message.body(), submission.labels(),
                webhooks.accept(submission.webhook(), pointer + "/webhook"));
    }

    private void requireKnownLanguage(String language, String pointer) {
        if (!runtimes.accepts(language)) {
            List<String> known = runtimes.known().orElse(List.of()).stream().map(LanguageRuntime::language).toList();
            throw Problem.invalid(pointer + "/language",
                    "is not one that the workers run; use " + String.join(", ", known)).asException();
        }
    }

    private static void requireShort(int bytes) {
        if (bytes > Sizes.MAX_JOB_BYTES) {
            throw Problem
                    .of(ProblemType.TOO_LARGE, "A job may have " + Sizes.MAX_JOB_BYTES + " bytes as JSON; this one has "
                            + bytes + ". Shorten its files, stdin, tests or arguments.")
                    .asException();
        }
    }
}
