package dev.penstock.gateway.http;

import dev.penstock.contracts.Job;
import dev.penstock.gateway.jobs.BatchView;
import dev.penstock.gateway.jobs.JobIds;
import dev.penstock.gateway.jobs.Submitting;
import dev.penstock.gateway.store.IdempotencyKey;
import dev.penstock.gateway.store.Insertion;
import dev.penstock.gateway.store.JobReader;
import dev.penstock.gateway.store.NewBatch;
import dev.penstock.gateway.store.NewJob;
import dev.penstock.gateway.store.StoredBatch;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The operations on batches. */
final class BatchOperations {
    private static final String RETRY_AFTER = "2";

    private final Submitting submitting;
    private final JobReader reader;
    private final Intake intake;
    private final WebhookIntake webhooks;
    private final Bodies bodies;

    BatchOperations(Submitting submitting, JobReader reader, Intake intake, WebhookIntake webhooks, Bodies bodies) {
        this.submitting = submitting;
        this.reader = reader;
        this.intake = intake;
        this.webhooks = webhooks;
        this.bodies = bodies;
    }

    /** {@code POST /v1/batches} */
    Future<Answer> submit(RoutingContext request) {
        MediaTypes.requireJsonBody(request.request());
        String tenant = Caller.of(request).tenant();
        return bodies.read(request).compose(body -> {
            Optional<IdempotencyKey> key = IdempotencyKeys.of(request.request(), body);
            NewBatch batch = accept(BatchSubmission.from(JsonBody.parse(body)), tenant);
            return submitting.submit(batch, key).compose(submission -> switch (submission) {
                case Submitting.Submission.Accepted _ -> Future.succeededFuture(accepted(batch));
                case Submitting.Submission.Unconfirmed _ ->
                    Future.failedFuture(Repetitions.notConfirmed(BatchView.url(batch.id())));
                case Submitting.Submission.KeyUsed(Insertion earlier) ->
                    accepted(tenant, Repetitions.idOf(earlier, BatchView::url));
            });
        });
    }

    /** {@code GET /v1/batches/{id}} */
    Future<Answer> read(RoutingContext request) {
        String id = Objects.requireNonNullElse(request.pathParam("id"), "");
        if (!Job.isId(id)) {
            return Future.failedFuture(unknownBatch());
        }
        return reader.findBatch(Caller.of(request).tenant(), id).map(found -> {
            StoredBatch batch = found.orElseThrow(BatchOperations::unknownBatch);
            Answer answer = Answer.json(200, BatchView.of(batch));
            return batch.finishedAt() == null ? answer.with("Retry-After", RETRY_AFTER) : answer;
        });
    }

    private NewBatch accept(BatchSubmission submission, String tenant) {
        List<NewJob> jobs = submission.entries()
                .stream()
                .map(entry -> intake.accept(entry.submission(), tenant, entry.pointer()))
                .toList();
        Instant now = jobs.getFirst().job().submittedAt();
        return new NewBatch(JobIds.nextBatch(now), tenant, jobs, now,
                submission.webhook().map(webhook -> webhooks.accept(webhook, "/webhook")));
    }

    private static Answer accepted(NewBatch batch) {
        return accepted(BatchView.of(batch));
    }

    /** The answer that the first request with the key got, with the batch as it is now. */
    private Future<Answer> accepted(String tenant, String batchId) {
        return reader.findBatch(tenant, batchId)
                .map(found -> accepted(BatchView.of(found.orElseThrow(BatchOperations::unknownBatch))));
    }

    private static Answer accepted(BatchView batch) {
        return Answer.json(202, batch).with("Location", BatchView.url(batch.id())).with("Retry-After", RETRY_AFTER);
    }

    private static ProblemException unknownBatch() {
        return Problem.of(ProblemType.NOT_FOUND, "There is no such batch, or it is not yours.").asException();
    }
}
