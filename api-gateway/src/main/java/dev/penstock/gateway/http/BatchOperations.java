package dev.penstock.gateway.http;

import dev.penstock.contracts.Job;
import dev.penstock.gateway.jobs.BatchView;
import dev.penstock.gateway.jobs.JobIds;
import dev.penstock.gateway.jobs.Jobs;
import dev.penstock.gateway.jobs.Submitting;
import dev.penstock.gateway.jobs.Waits;
import dev.penstock.gateway.store.BatchReader;
import dev.penstock.gateway.store.IdempotencyKey;
import dev.penstock.gateway.store.Insertion;
import dev.penstock.gateway.store.NewBatch;
import dev.penstock.gateway.store.NewJob;
import dev.penstock.gateway.store.StoredBatch;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The operations on batches. */
final class BatchOperations {
    private static final String RETRY_AFTER = "2";

    private final Submitting submitting;
    private final Jobs jobs;
    private final BatchReader reader;
    private final Waits waits;
    private final Intake intake;
    private final WebhookIntake webhooks;
    private final Bodies bodies;
    private final Duration maxWait;

    BatchOperations(Submitting submitting, Jobs jobs, BatchReader reader, Waits waits, Intake intake,
            WebhookIntake webhooks, Bodies bodies, Duration maxWait) {
        this.submitting = submitting;
        this.jobs = jobs;
        this.reader = reader;
        this.waits = waits;
        this.intake = intake;
        this.webhooks = webhooks;
        this.bodies = bodies;
        this.maxWait = maxWait;
    }

    /** {@code POST /v1/batches} */
    Future<Answer> submit(RoutingContext request) {
        MediaTypes.requireJsonBody(request.request());
        String tenant = Caller.of(request).tenant();
        Optional<Duration> wait = wait(request);
        return bodies.read(request).compose(body -> {
            Optional<IdempotencyKey> key = IdempotencyKeys.of(request.request(), "/v1/batches", body);
            NewBatch batch;
            try {
                batch = accept(BatchSubmission.from(JsonBody.parse(body)), tenant);
            } catch (ProblemException refusal) {
                return Repetitions.orRefusal(submitting.earlier(tenant, key, intake.now()), BatchView::url,
                        id -> repeated(wait, tenant, id), refusal);
            }
            return submitting.submit(batch, key)
                    .compose(submission -> answer(submission, batch, wait)
                            .map(answer -> LimitAnswers.withStanding(answer, submission.standing())));
        });
    }

    /** {@code GET /v1/batches/{id}} */
    Future<Answer> read(RoutingContext request) {
        String tenant = Caller.of(request).tenant();
        String batchId = batchId(request);
        Optional<Duration> wait = wait(request);
        return wait.isEmpty()
                ? reader.find(tenant, batchId).map(BatchOperations::viewOrUnknown)
                : waits.untilBatchEnd(tenant, batchId, wait.get())
                        .map(seen -> JobOperations.waited(viewOrUnknown(seen.version()), seen, wait.get()));
    }

    /** {@code GET /v1/batches} */
    Future<Answer> list(RoutingContext request) {
        BatchListQuery query = BatchListQuery.from(request.queryParams());
        // One more than asked for tells whether there is a next page.
        return reader.list(Caller.of(request).tenant(), query.cursor(), query.limit() + 1).map(found -> {
            List<StoredBatch> page = found.subList(0, Math.min(found.size(), query.limit()));
            Answer answer = Answer.json(200,
                    Map.of("batches", page.stream().map(batch -> BatchView.of(batch).withoutJobs()).toList()));
            return Links.add(answer, query.first(), found.size() > page.size()
                    ? Optional.of(query.next(page.getLast().id()))
                    : Optional.empty());
        });
    }

    /** {@code POST /v1/batches/{id}/cancel} */
    Future<Answer> cancel(RoutingContext request) {
        return jobs.cancelBatch(Caller.of(request).tenant(), batchId(request)).map(BatchOperations::viewOrUnknown);
    }

    /** {@code DELETE /v1/batches/{id}} */
    Future<Answer> delete(RoutingContext request) {
        return jobs.deleteBatch(Caller.of(request).tenant(), batchId(request)).map(found -> {
            if (!found) {
                throw unknownBatch();
            }
            return Answer.empty(204);
        });
    }

    /**
     * The id in the path.
     *
     * @throws ProblemException
     *             404 if it can't be one
     */
    static String batchId(RoutingContext request) {
        String id = Objects.requireNonNullElse(request.pathParam("id"), "");
        if (!Job.isId(id)) {
            throw unknownBatch();
        }
        return id;
    }

    private static Answer viewOrUnknown(Optional<StoredBatch> found) {
        StoredBatch batch = found.orElseThrow(BatchOperations::unknownBatch);
        Answer answer = Answer.json(200, BatchView.of(batch));
        return batch.finished() ? answer : answer.with("Retry-After", RETRY_AFTER);
    }

    private Optional<Duration> wait(RoutingContext request) {
        return Preferences.wait(request.request().headers().getAll("Prefer"), maxWait);
    }

    private Future<Answer> answer(Submitting.Submission submission, NewBatch batch, Optional<Duration> wait) {
        return switch (submission) {
            case Submitting.Submission.Accepted _ -> wait.isEmpty()
                    ? Future.succeededFuture(accepted(BatchView.of(batch)))
                    : acceptedAfter(wait.get(), batch);
            case Submitting.Submission.Unconfirmed _ ->
                Future.failedFuture(Repetitions.notConfirmed(BatchView.url(batch.id())));
            case Submitting.Submission.KeyUsed(Insertion earlier, _) ->
                repeated(wait, batch.tenant(), Repetitions.idOf(earlier, BatchView::url));
            case Submitting.Submission.Refused refused -> Future.failedFuture(LimitAnswers.of(refused));
        };
    }

    private NewBatch accept(BatchSubmission submission, String tenant) {
        List<NewJob> accepted = accept(submission.entries(), tenant);
        Instant now = accepted.getFirst().job().submittedAt();
        return new NewBatch(JobIds.nextBatch(now), tenant, accepted, now, submission.labels(),
                webhooks.accept(submission.webhook(), "/webhook"));
    }

    /** All of them, or a refusal that tells of each that can't be. */
    private List<NewJob> accept(List<BatchSubmission.Entry> entries, String tenant) {
        List<NewJob> accepted = new ArrayList<>();
        List<Problem.FieldError> errors = new ArrayList<>();
        for (BatchSubmission.Entry entry : entries) {
            try {
                accepted.add(intake.accept(entry.submission(), tenant, entry.pointer()));
            } catch (ProblemException refusal) {
                if (refusal.problem().errors().isEmpty()) {
                    throw refusal;
                }
                errors.addAll(refusal.problem().errors());
            }
        }
        if (!errors.isEmpty()) {
            throw Problem.invalid(errors.subList(0, Math.min(errors.size(), Problem.MOST_ERRORS))).asException();
        }
        return accepted;
    }

    /** Whatever becomes of the waiting, the batch is accepted and its URL must be told. */
    private Future<Answer> acceptedAfter(Duration wait, NewBatch batch) {
        return waits.unlessLost(waits.untilBatchEnd(batch.tenant(), batch.id(), wait))
                .map(known -> known.map(seen -> ended(seen, wait))
                        .orElseGet(() -> accepted(BatchView.of(batch))
                                .with("Retry-After", JobOperations.RETRY_WITHOUT_WAIT)));
    }

    /** The answer that the first request with the key got, with the batch as it is now; its end only to who waits for it. */
    private Future<Answer> repeated(Optional<Duration> wait, String tenant, String batchId) {
        return wait.isEmpty()
                ? reader.find(tenant, batchId)
                        .map(found -> accepted(BatchView.of(found.orElseThrow(BatchOperations::unknownBatch))))
                : waits.untilBatchEnd(tenant, batchId, wait.get()).map(seen -> ended(seen, wait.get()));
    }

    private static Answer ended(Waits.Seen<StoredBatch> seen, Duration wait) {
        StoredBatch batch = seen.version().orElseThrow(BatchOperations::unknownBatch);
        Answer answer = batch.finished()
                ? Answer.json(200, BatchView.of(batch)).with("Location", BatchView.url(batch.id()))
                : accepted(BatchView.of(batch));
        return JobOperations.waited(answer, seen, wait);
    }

    private static Answer accepted(BatchView batch) {
        return Answer.json(202, batch).with("Location", BatchView.url(batch.id())).with("Retry-After", RETRY_AFTER);
    }

    static ProblemException unknownBatch() {
        return Problem.of(ProblemType.NOT_FOUND, "There is no such batch, or it is not yours.").asException();
    }
}
