package dev.penstock.gateway.jobs;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.penstock.contracts.Job;
import dev.penstock.contracts.JobError;
import dev.penstock.contracts.Status;
import dev.penstock.contracts.Verdict;
import dev.penstock.gateway.store.Delivery;
import dev.penstock.gateway.store.NewJob;
import dev.penstock.gateway.store.StoredJob;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job as callers see it.
 *
 * @param passed
 *            whether all of its test cases passed; {@code null} when it has none or no program ran
 * @param webhook
 *            {@code null} when it has none, and where it isn't looked up: in lists, batches and right after submission
 */
public record JobView(String id, Status status, String language, @Nullable Map<String, String> labels,
        @Nullable String batch, int attempt, int requeues, Instant submittedAt, Instant deadline,
        @Nullable Instant startedAt, @Nullable Instant finishedAt, @Nullable Verdict verdict, @Nullable Boolean passed,
        @JsonRawValue @Nullable String result, @Nullable JobError error, @Nullable QueueEstimate queue,
        @Nullable Webhook webhook) {
    /** What became of its webhook: pending, delivered, failed or stopped. */
    public record Webhook(String status) {
        static Webhook of(Delivery.State state) {
            return new Webhook(state.name().toLowerCase(Locale.ROOT));
        }
    }

    public static JobView of(StoredJob job) {
        return new JobView(job.id(), job.status(), job.language(),
                orNull(job.labels()), job.batchId(), job.attempt(),
                job.requeues(), job.submittedAt(), job.deadline(), job.startedAt(), job.finishedAt(), job.verdict(),
                job.passed(), job.result(), job.error(), null,
                job.webhook() == null ? null : Webhook.of(job.webhook()));
    }

    /** A job that was accepted just now, of that batch if any. */
    public static JobView of(NewJob entry, @Nullable String batch) {
        Job job = entry.job();
        return new JobView(job.id(), Status.QUEUED, job.program().language(),
                orNull(entry.labels()), batch, 1, 0, job.submittedAt(),
                job.deadline(), null, null, null, null, null, null, null, null);
    }

    /** Its path in the API. */
    public static String url(String jobId) {
        return "/v1/jobs/" + jobId;
    }

    /** The same without its result, where that is too long to be told. */
    public JobView withoutResult() {
        return new JobView(id, status, language, labels, batch, attempt, requeues, submittedAt, deadline,
                startedAt, finishedAt, verdict, passed, null, error, queue, webhook);
    }

    /** The same with what is guessed of its start. */
    public JobView withQueue(@Nullable QueueEstimate estimate) {
        return new JobView(id, status, language, labels, batch, attempt, requeues, submittedAt, deadline,
                startedAt, finishedAt, verdict, passed, result, error, estimate, webhook);
    }

    /** The same for the webhook itself, whose words are the same at each attempt. */
    public JobView withoutWebhook() {
        return new JobView(id, status, language, labels, batch, attempt, requeues, submittedAt, deadline,
                startedAt, finishedAt, verdict, passed, result, error, queue, null);
    }

    /** The same without the time at which it may start: that guess moves though nothing has happened. */
    public JobView withoutStart() {
        return queue == null ? this : withQueue(new QueueEstimate(queue.estimatedPosition(), null));
    }

    private static @Nullable Map<String, String> orNull(Map<String, String> labels) {
        return labels.isEmpty() ? null : labels;
    }
}
