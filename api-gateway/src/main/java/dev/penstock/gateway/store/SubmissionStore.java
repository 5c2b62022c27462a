package dev.penstock.gateway.store;

import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Where submissions are kept until the broker has their jobs, and what became of those that are made twice. */
public interface SubmissionStore {
    /**
     * Stores a job, unless its key was used before or the tenant would have too many open jobs.
     *
     * @param maxOpenJobs
     *            how many the tenant may have
     */
    Future<Insertion> insert(NewJob job, Optional<IdempotencyKey> key, long maxOpenJobs);

    /** As {@link #insert(NewJob, Optional, long)}: all of the batch or nothing. */
    Future<Insertion> insert(NewBatch batch, Optional<IdempotencyKey> key, long maxOpenJobs);

    /** What the same request made before; empty if the key is fresh. */
    Future<Optional<Insertion>> earlier(String tenant, IdempotencyKey key, Instant now);

    /** The broker has the messages of these jobs: nothing is left to send. */
    Future<Void> sent(List<String> jobIds);
}
