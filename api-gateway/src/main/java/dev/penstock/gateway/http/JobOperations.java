package dev.penstock.gateway.http;

import dev.penstock.contracts.Job;
import dev.penstock.contracts.LanguageRuntime;
import dev.penstock.gateway.jobs.JobView;
import dev.penstock.gateway.jobs.Jobs;
import dev.penstock.gateway.jobs.QueueWatch;
import dev.penstock.gateway.jobs.Runtimes;
import dev.penstock.gateway.jobs.Submitting;
import dev.penstock.gateway.jobs.ViewJson;
import dev.penstock.gateway.jobs.Waits;
import dev.penstock.gateway.store.IdempotencyKey;
import dev.penstock.gateway.store.Insertion;
import dev.penstock.gateway.store.JobReader;
import dev.penstock.gateway.store.NewJob;
import dev.penstock.gateway.store.StoredJob;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The operations on jobs. */
final class JobOperations {
    private static final String RETRY_AFTER = "1";
    /** Who wanted to wait and could not must not come back at once. */
    static final String RETRY_WITHOUT_WAIT = "5";

    private final Submitting submitting;
    private final Jobs jobs;
    private final JobReader reader;
    private final Waits waits;
    private final Runtimes runtimes;
    private final QueueWatch queue;
    private final Intake intake;
    private final Bodies bodies;
    private final Duration maxWait;

    JobOperations(Submitting submitting, Jobs jobs, JobReader reader, Waits waits, Runtimes runtimes, Intake intake,
            QueueWatch queue, Bodies bodies, Duration maxWait) {
        this.submitting = submitting;
        this.jobs = jobs;
        this.reader = reader;
        this.waits = waits;
        this.runtimes = runtimes;
        this.queue = queue;
        this.intake = intake;
        this.bodies = bodies;
        this.maxWait = maxWait;
    }

    /** {@code POST /v1/jobs} */
    Future<Answer> submit(RoutingContext request) {
        MediaTypes.requireJsonBody(request.request());
        String tenant = Caller.of(request).tenant();
        Optional<Duration> wait = wait(request);
        return bodies.read(request).compose(body -> {
            Optional<IdempotencyKey> key = IdempotencyKeys.of(request.request(), "/v1/jobs", body);
            NewJob job;
            try {
                job = intake.accept(Submission.from(JsonBody.parse(body)), tenant, "");
            } catch (ProblemException refusal) {
                return Repetitions.orRefusal(submitting.earlier(tenant, key, intake.now()), JobView::url,
                        id -> repeated(wait, tenant, id), refusal);
            }
            return submitting.submit(job, key)
                    .compose(submission -> answer(submission, job, wait)
                            .map(answer -> LimitAnswers.withStanding(answer, submission.standing())));
        });
    }

    /** {@code GET /v1/jobs/{id}} */
    Future<Answer> read(RoutingContext request) {
        String tenant = Caller.of(request).tenant();
        String jobId = jobId(request);
        Optional<Duration> wait = wait(request);
        return wait.isEmpty()
                ? reader.find(tenant, jobId).map(this::tagged)
                : waits.untilEnd(tenant, jobId, wait.get())
                        .map(seen -> waited(tagged(seen.version()), seen, wait.get()));
    }

    /** {@code GET /v1/jobs} */
    Future<Answer> list(RoutingContext request) {
        ListQuery query = ListQuery.from(request.queryParams());
        // One more than asked for tells whether there is a next page.
        return reader.list(Caller.of(request).tenant(), query.filter(), query.limit() + 1).map(found -> {
            List<StoredJob> page = found.subList(0, Math.min(found.size(), query.limit()));
            Answer answer = Answer.json(200, Map.of("jobs", page.stream().map(JobView::of).toList()));
            return Links.add(answer, query.first(), found.size() > page.size()
                    ? Optional.of(query.next(page.getLast().id()))
                    : Optional.empty());
        });
    }

    /** {@code POST /v1/jobs/{id}/cancel} */
    Future<Answer> cancel(RoutingContext request) {
        return jobs.cancel(Caller.of(request).tenant(), jobId(request)).map(this::viewOrUnknown);
    }

    /** {@code DELETE /v1/jobs/{id}} */
    Future<Answer> delete(RoutingContext request) {
        return jobs.delete(Caller.of(request).tenant(), jobId(request)).map(found -> {
            if (!found) {
                throw unknownJob();
            }
            return Answer.empty(204);
        });
    }

    /** {@code GET /v1/runtimes} */
    Future<Answer> runtimes(RoutingContext request) {
        List<LanguageRuntime> known = runtimes.known().orElse(List.of());
        return Future.succeededFuture(Answer.json(200, Map.of("runtimes", known)));
    }

    /**
     * The id in the path.
     *
     * @throws ProblemException
     *             404 if it can't be one
     */
    static String jobId(RoutingContext request) {
        String id = Objects.requireNonNullElse(request.pathParam("id"), "");
        if (!Job.isId(id)) {
            throw unknownJob();
        }
        return id;
    }

    static ProblemException unknownJob() {
        return Problem.of(ProblemType.NOT_FOUND, "There is no such job, or it is not yours.").asException();
    }

    private Future<Answer> answer(Submitting.Submission submission, NewJob job, Optional<Duration> wait) {
        String tenant = job.job().tenant();
        return switch (submission) {
            case Submitting.Submission.Accepted _ -> wait.isEmpty()
                    ? Future.succeededFuture(accepted(queue.view(job)))
                    : acceptedAfter(wait.get(), job);
            case Submitting.Submission.Unconfirmed _ ->
                Future.failedFuture(Repetitions.notConfirmed(JobView.url(job.job().id())));
            case Submitting.Submission.KeyUsed(Insertion earlier, _) ->
                repeated(wait, tenant, Repetitions.idOf(earlier, JobView::url));
            case Submitting.Submission.Refused refused -> Future.failedFuture(LimitAnswers.of(refused));
        };
    }

    private Optional<Duration> wait(RoutingContext request) {
        return Preferences.wait(request.request().headers().getAll("Prefer"), maxWait);
    }

    /** Whatever becomes of the waiting, the job is accepted and its URL must be told. */
    private Future<Answer> acceptedAfter(Duration wait, NewJob job) {
        return waits.unlessLost(waits.untilEnd(job.job().tenant(), job.job().id(), wait))
                .map(known -> known.map(seen -> ended(seen, wait))
                        .orElseGet(() -> accepted(queue.view(job)).with("Retry-After", RETRY_WITHOUT_WAIT)));
    }

    /** The answer that the first request with the key got, with the job as it is now; its end only to who waits for it. */
    private Future<Answer> repeated(Optional<Duration> wait, String tenant, String jobId) {
        return wait.isEmpty()
                ? reader.find(tenant, jobId)
                        .map(found -> accepted(queue.view(found.orElseThrow(JobOperations::unknownJob))))
                : waits.untilEnd(tenant, jobId, wait.get()).map(seen -> ended(seen, wait.get()));
    }

    private Answer ended(Waits.Seen<StoredJob> seen, Duration wait) {
        JobView job = queue.view(seen.version().orElseThrow(JobOperations::unknownJob));
        Answer answer = job.status().terminal()
                ? Answer.json(200, job).with("Location", JobView.url(job.id()))
                : accepted(job);
        return waited(answer, seen, wait);
    }

    private static Answer accepted(JobView job) {
        Answer answer = Answer.json(202, job).with("Location", JobView.url(job.id()));
        return job.status().terminal() ? answer : answer.with("Retry-After", RETRY_AFTER);
    }

    private Answer viewOrUnknown(Optional<StoredJob> job) {
        return view(job.orElseThrow(JobOperations::unknownJob));
    }

    /** For pollers, with a tag that stays while nothing has happened. */
    private Answer tagged(Optional<StoredJob> found) {
        StoredJob job = found.orElseThrow(JobOperations::unknownJob);
        return Conditional.tag(view(job), Buffer.buffer(ViewJson.bytes(queue.view(job).withoutStart())));
    }

    private Answer view(StoredJob job) {
        Answer answer = Answer.json(200, queue.view(job));
        return job.status().terminal() ? answer : answer.with("Retry-After", RETRY_AFTER);
    }

    /** The answer with what was granted, if anything was. */
    static Answer waited(Answer answer, Waits.Seen<?> seen, Duration wait) {
        if (seen.waited()) {
            return answer.with("Preference-Applied", "wait=" + wait.toSeconds());
        }
        return answer.headers().containsKey("Retry-After")
                ? answer.with("Retry-After", RETRY_WITHOUT_WAIT)
                : answer;
    }
}
