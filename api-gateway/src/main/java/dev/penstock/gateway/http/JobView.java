package dev.penstock.gateway.http;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.penstock.contracts.Job;
import dev.penstock.contracts.JobError;
import dev.penstock.contracts.Status;
import dev.penstock.contracts.Verdict;
import dev.penstock.gateway.store.NewJob;
import dev.penstock.gateway.store.StoredJob;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A job as callers see it. */
record JobView(String id, Status status, String language, @JsonRawValue @Nullable String labels,
        @Nullable String batch, @Nullable String test, int attempt, int requeues, Instant submittedAt, Instant deadline,
        @Nullable Instant startedAt, @Nullable Instant finishedAt, @Nullable Verdict verdict, @Nullable Boolean passed,
        @JsonRawValue @Nullable String result, @Nullable JobError error) {
    private static final String NO_LABELS = "{}";

    static JobView of(StoredJob job) {
        return new JobView(job.id(), job.status(), job.language(),
                job.labels().equals(NO_LABELS) ? null : job.labels(), job.batchId(), job.testId(), job.attempt(),
                job.requeues(), job.submittedAt(), job.deadline(), job.startedAt(), job.finishedAt(), job.verdict(),
                job.passed(), job.result(), job.error());
    }

    /** A job that was accepted just now. */
    static JobView of(NewJob entry) {
        Job job = entry.job();
        return new JobView(job.id(), Status.QUEUED, job.program().language(),
                entry.labels().isEmpty() ? null : Answer.text(entry.labels()), null, null, 1, 0, job.submittedAt(),
                job.deadline(), null, null, null, null, null, null);
    }

    static String url(String jobId) {
        return "/v1/jobs/" + jobId;
    }
}
