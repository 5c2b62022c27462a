package dev.penstock.bench.gateway;

import dev.penstock.gateway.store.IdempotencyKey;
import dev.penstock.gateway.store.Insertion;
import dev.penstock.gateway.store.NewBatch;
import dev.penstock.gateway.store.NewJob;
import dev.penstock.gateway.store.SubmissionStore;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Takes every submission and keeps none: what is left of a submit then is HTTP, JSON and the rules. */
final class NothingStored implements SubmissionStore {
    @Override
    public Future<Insertion> insert(NewJob job, Optional<IdempotencyKey> key, long maxOpenJobs) {
        return Future.succeededFuture(new Insertion.Stored(1));
    }

    @Override
    public Future<Insertion> insert(NewBatch batch, Optional<IdempotencyKey> key, long maxOpenJobs) {
        return Future.succeededFuture(new Insertion.Stored(batch.jobs().size()));
    }

    @Override
    public Future<Optional<Insertion>> earlier(String tenant, IdempotencyKey key, Instant now) {
        return Future.succeededFuture(Optional.empty());
    }

    @Override
    public Future<Void> sent(List<String> jobIds) {
        return Future.succeededFuture();
    }
}
