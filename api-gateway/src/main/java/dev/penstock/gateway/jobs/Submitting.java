package dev.penstock.gateway.jobs;

import dev.penstock.contracts.Envelope;
import dev.penstock.contracts.JobMessage;
import dev.penstock.contracts.MessageCodec;
import dev.penstock.gateway.bus.JobQueue;
import dev.penstock.gateway.process.GatewayEvents;
import dev.penstock.gateway.store.IdempotencyKey;
import dev.penstock.gateway.store.Insertion;
import dev.penstock.gateway.store.NewBatch;
import dev.penstock.gateway.store.NewJob;
import dev.penstock.gateway.store.SubmissionStore;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/**
 * Takes in jobs: stores them, sends them, notes that they were sent. That note isn't waited for: without it the messages
 * are sent once more, under the same ids. Fails only when nothing was stored.
 */
public final class Submitting {
    private final Admission admission;
    private final SubmissionStore store;
    private final JobQueue jobQueue;
    private final GatewayEvents events;

    public Submitting(Admission admission, SubmissionStore store, JobQueue jobQueue, GatewayEvents events) {
        this.admission = admission;
        this.store = store;
        this.jobQueue = jobQueue;
        this.events = events;
    }

    /** What became of a submission. */
    public sealed interface Submission {
        /** Where the tenant stands with its limits then. */
        Standing standing();

        /** The broker has all of it. */
        record Accepted(Standing standing) implements Submission {
        }

        /** It is stored, and what the broker has not confirmed will be sent again until it has. */
        record Unconfirmed(Standing standing) implements Submission {
        }

        /** Its idempotency key was used before. Nothing was charged. */
        record KeyUsed(Insertion earlier, Standing standing) implements Submission {
        }

        /** Nothing was stored or charged. */
        record Refused(Refusal reason, Standing standing) implements Submission {
        }
    }

    public Future<Submission> submit(NewJob job, Optional<IdempotencyKey> key) {
        return submit(job.job().tenant(), List.of(job), key, job.job().submittedAt(),
                maxOpenJobs -> store.insert(job, key, maxOpenJobs));
    }

    public Future<Submission> submit(NewBatch batch, Optional<IdempotencyKey> key) {
        return submit(batch.tenant(), batch.jobs(), key, batch.submittedAt(),
                maxOpenJobs -> store.insert(batch, key, maxOpenJobs));
    }

    /** What the same request made before; empty if it is new. */
    public Future<Optional<Insertion>> earlier(String tenant, Optional<IdempotencyKey> key, Instant now) {
        return key.isEmpty() ? Future.succeededFuture(Optional.empty()) : store.earlier(tenant, key.get(), now);
    }

    private Future<Submission> submit(String tenant, List<NewJob> jobs, Optional<IdempotencyKey> key, Instant now,
            LongFunction<Future<Insertion>> insert) {
        return admission.enter(tenant, jobs.size())
                .compose(entrance -> entrance.refusal().isPresent()
                        ? repetitionOf(key, now, entrance).map(repetition -> repetition
                                .orElseGet(() -> refused(entrance, entrance.refusal().get())))
                        : insert.apply(entrance.limits().maxOpenJobs())
                                .onFailure(_ -> admission.leave(entrance))
                                .compose(insertion -> sendIfStored(insertion, jobs, entrance)));
    }

    /** Who repeats a request that was accepted gets its answer, however full it is now. */
    private Future<Optional<Submission>> repetitionOf(Optional<IdempotencyKey> key, Instant now,
            Admission.Entrance entrance) {
        return earlier(entrance.tenant(), key, now)
                .map(found -> found.map(earlier -> new Submission.KeyUsed(earlier, standing(entrance))));
    }

    private Future<Submission> sendIfStored(Insertion insertion, List<NewJob> jobs, Admission.Entrance entrance) {
        return switch (insertion) {
            case Insertion.Stored(long openJobs) -> {
                admission.inside(entrance);
                yield send(jobs, admission.standing(entrance.tenant(), entrance.limits(), openJobs));
            }
            case Insertion.QuotaFull full -> {
                admission.leave(entrance);
                yield Future.succeededFuture(refused(entrance, admission.refusalOf(entrance, full)));
            }
            case Insertion.Repeated _,Insertion.InFlight _,Insertion.KeyTaken _ -> {
                admission.leave(entrance);
                yield Future.succeededFuture(new Submission.KeyUsed(insertion, standing(entrance)));
            }
        };
    }

    private Submission refused(Admission.Entrance entrance, Refusal reason) {
        events.submissionRefused(reason.getClass().getSimpleName());
        return new Submission.Refused(reason, standing(entrance));
    }

    private Standing standing(Admission.Entrance entrance) {
        return admission.standing(entrance.tenant(), entrance.limits());
    }

    private Future<Submission> send(List<NewJob> jobs, Standing standing) {
        List<Future<Void>> sends = jobs.stream().map(this::send).toList();
        return Future.join(sends).transform(sent -> {
            List<String> confirmed = confirmed(jobs, sends);
            events.jobsQueued(confirmed.size());
            store.sent(confirmed).onFailure(events::storeDown);
            if (sent.failed()) {
                events.sendUnconfirmed(sent.cause());
                return Future.succeededFuture(new Submission.Unconfirmed(standing));
            }
            return Future.succeededFuture(new Submission.Accepted(standing));
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
