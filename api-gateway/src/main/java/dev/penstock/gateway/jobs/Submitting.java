package dev.penstock.gateway.jobs;

import dev.penstock.contracts.Envelope;
import dev.penstock.contracts.JobMessage;
import dev.penstock.contracts.MessageCodec;
import dev.penstock.gateway.bus.MessageSender;
import dev.penstock.gateway.process.GatewayEvents;
import dev.penstock.gateway.store.IdempotencyKey;
import dev.penstock.gateway.store.Insertion;
import dev.penstock.gateway.store.NewBatch;
import dev.penstock.gateway.store.NewJob;
import dev.penstock.gateway.store.Submissions;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Takes in jobs: stores them, sends them, notes that they were sent. That note isn't waited for: without it the messages
 * are sent once more, under the same ids. Fails only when nothing was stored.
 */
public final class Submitting {
    private final Submissions store;
    private final MessageSender jobQueue;
    private final GatewayEvents events;

    public Submitting(Submissions store, MessageSender jobQueue, GatewayEvents events) {
        this.store = store;
        this.jobQueue = jobQueue;
        this.events = events;
    }

    /** What became of a submission. */
    public sealed interface Submission {
        /** The broker has all of it. */
        record Accepted() implements Submission {
        }

        /** It is stored, and what the broker has not confirmed will be sent again until it has. */
        record Unconfirmed() implements Submission {
        }

        /** Its idempotency key was used before. */
        record KeyUsed(Insertion earlier) implements Submission {
        }
    }

    public Future<Submission> submit(NewJob job, Optional<IdempotencyKey> key) {
        return store.insert(job, key).compose(insertion -> sendIfStored(insertion, List.of(job)));
    }

    public Future<Submission> submit(NewBatch batch, Optional<IdempotencyKey> key) {
        return store.insert(batch, key).compose(insertion -> sendIfStored(insertion, batch.jobs()));
    }

    private Future<Submission> sendIfStored(Insertion insertion, List<NewJob> jobs) {
        return switch (insertion) {
            case Insertion.Stored _ -> send(jobs);
            case Insertion.Repeated _,Insertion.InFlight _,Insertion.KeyTaken _ ->
                Future.succeededFuture(new Submission.KeyUsed(insertion));
        };
    }

    private Future<Submission> send(List<NewJob> jobs) {
        List<Future<Void>> sends = jobs.stream().map(this::send).toList();
        return Future.join(sends).transform(sent -> {
            List<String> confirmed = confirmed(jobs, sends);
            events.jobsQueued(confirmed.size());
            store.sent(confirmed).onFailure(events::storeDown);
            if (sent.failed()) {
                events.sendUnconfirmed(sent.cause());
                return Future.succeededFuture(new Submission.Unconfirmed());
            }
            return Future.succeededFuture(new Submission.Accepted());
        });
    }

    private Future<Void> send(NewJob job) {
        Envelope message = MessageCodec.encode(JobMessage.first(job.job()), job.body());
        return jobQueue.send(message);
    }

    private static List<String> confirmed(List<NewJob> jobs, List<Future<Void>> sends) {
        return IntStream.range(0, jobs.size())
                .filter(i -> sends.get(i).succeeded())
                .mapToObj(i -> jobs.get(i).job().id())
                .toList();
    }
}
