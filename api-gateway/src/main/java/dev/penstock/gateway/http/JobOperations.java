package dev.penstock.gateway.http;

import dev.penstock.contracts.Envelope;
import dev.penstock.contracts.Job;
import dev.penstock.contracts.JobMessage;
import dev.penstock.contracts.LanguageRuntime;
import dev.penstock.contracts.MessageCodec;
import dev.penstock.contracts.Program;
import dev.penstock.contracts.Sizes;
import dev.penstock.gateway.jobs.JobIds;
import dev.penstock.gateway.jobs.Jobs;
import dev.penstock.gateway.jobs.Runtimes;
import dev.penstock.gateway.process.GatewayConfig;
import dev.penstock.gateway.store.StoredJob;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The operations on jobs. */
final class JobOperations {
    private static final String RETRY_AFTER = "1";

    private final GatewayConfig config;
    private final Jobs jobs;
    private final Runtimes runtimes;
    private final Bodies bodies;
    private final InstantSource clock;

    JobOperations(GatewayConfig config, Jobs jobs, Runtimes runtimes, Bodies bodies, InstantSource clock) {
        this.config = config;
        this.jobs = jobs;
        this.runtimes = runtimes;
        this.bodies = bodies;
        this.clock = clock;
    }

    /** {@code POST /v1/jobs} */
    Future<Answer> submit(RoutingContext request) {
        MediaTypes.requireJsonBody(request.request());
        String tenant = Caller.of(request).tenant();
        Optional<Duration> wait = wait(request);
        return bodies.read(request.request())
                .map(body -> accept(Submission.from(JsonBody.parse(body)), tenant))
                .compose(job -> jobs.submit(job, encode(job)))
                .compose(submission -> switch (submission) {
                    case Jobs.Submission.Unconfirmed(StoredJob job) -> Future.failedFuture(notConfirmed(job));
                    case Jobs.Submission.Accepted(StoredJob job) -> wait.isEmpty()
                            ? Future.succeededFuture(accepted(job))
                            : jobs.await(tenant, job.id(), wait.get())
                                    .map(now -> waited(accepted(now.orElse(job)), wait.get()));
                });
    }

    /** {@code GET /v1/jobs/{id}} */
    Future<Answer> read(RoutingContext request) {
        String tenant = Caller.of(request).tenant();
        String jobId = Objects.requireNonNullElse(request.pathParam("id"), "");
        if (!Job.isId(jobId)) {
            return Future.failedFuture(unknownJob());
        }
        Optional<Duration> wait = wait(request);
        return wait.isEmpty()
                ? jobs.find(tenant, jobId).map(found -> found.map(JobOperations::view).orElseThrow(this::unknownJob))
                : jobs.await(tenant, jobId, wait.get())
                        .map(found -> waited(view(found.orElseThrow(this::unknownJob)), wait.get()));
    }

    /** {@code GET /v1/runtimes} */
    Future<Answer> runtimes(RoutingContext request) {
        List<LanguageRuntime> known = runtimes.known().orElse(List.of());
        return Future.succeededFuture(Answer.json(200, Map.of("runtimes", known)));
    }

    private Job accept(Submission submission, String tenant) {
        requireKnownLanguage(submission.program());
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        Instant latest = now.plus(config.maxDeadline());
        Instant deadline = submission.deadline().orElse(now.plus(config.defaultDeadline()));
        if (!deadline.isAfter(now) || deadline.isAfter(latest)) {
            throw Problem.invalid("/deadline", "must be in the future and not after " + latest).asException();
        }
        return new Job(Job.VERSION, JobIds.next(now), tenant, submission.program(), now, deadline, submission.onLost());
    }

    private void requireKnownLanguage(Program program) {
        if (!runtimes.accepts(program.language())) {
            List<String> known = runtimes.known().orElse(List.of()).stream().map(LanguageRuntime::language).toList();
            throw Problem.invalid("/language", "is not one that the workers run; use " + String.join(", ", known))
                    .asException();
        }
    }

    private static Envelope encode(Job job) {
        Envelope message = MessageCodec.encode(JobMessage.first(job));
        if (message.body().length > Sizes.MAX_JOB_BYTES) {
            throw Problem
                    .of(ProblemType.TOO_LARGE, "A job may have " + Sizes.MAX_JOB_BYTES + " bytes as JSON; this one has "
                            + message.body().length + ". Shorten its files, stdin or arguments.")
                    .asException();
        }
        return message;
    }

    private Optional<Duration> wait(RoutingContext request) {
        return Preferences.wait(request.request().headers().getAll("Prefer"), config.maxWait());
    }

    private static Answer accepted(StoredJob job) {
        Answer answer = job.status().terminal()
                ? view(job)
                : Answer.json(202, JobView.of(job))
                        .with("Retry-After", RETRY_AFTER);
        return answer.with("Location", JobView.url(job.id()));
    }

    private static Answer view(StoredJob job) {
        Answer answer = Answer.json(200, JobView.of(job));
        return job.status().terminal() ? answer : answer.with("Retry-After", RETRY_AFTER);
    }

    private static Answer waited(Answer answer, Duration wait) {
        return answer.with("Preference-Applied", "wait=" + wait.toSeconds());
    }

    private ProblemException unknownJob() {
        return Problem.of(ProblemType.NOT_FOUND, "There is no such job, or it is not yours.").asException();
    }

    private static ProblemException notConfirmed(StoredJob job) {
        return Problem.of(ProblemType.NOT_CONFIRMED,
                "The job is stored and will be queued as soon as the broker answers. Don't submit it again; read its URL.")
                .withJob(JobView.url(job.id()))
                .withHeader("Location", JobView.url(job.id()))
                .withHeader("Retry-After", "5")
                .asException();
    }
}
