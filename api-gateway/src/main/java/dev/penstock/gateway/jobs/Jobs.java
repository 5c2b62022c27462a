package dev.penstock.gateway.jobs;

import dev.penstock.contracts.Cancellation;
import dev.penstock.contracts.Envelope;
import dev.penstock.contracts.JobError;
import dev.penstock.contracts.JobMessage;
import dev.penstock.contracts.MessageCodec;
import dev.penstock.contracts.Reply;
import dev.penstock.gateway.bus.MessageSender;
import dev.penstock.gateway.process.GatewayEvents;
import dev.penstock.gateway.store.JobReader;
import dev.penstock.gateway.store.JobStore;
import dev.penstock.gateway.store.NewJob;
import dev.penstock.gateway.store.Recorded;
import dev.penstock.gateway.store.StoredJob;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * A job's life as the gateway sees it:
 *
 * <pre>
 *  submit ─▶ queued ─progressed─▶ running ─finished─▶ succeeded | failed
 *              │ ◀──progressed──────┘ │
 *              └ cancel, expire, giveUp ────────────▶ canceled | expired | failed
 * </pre>
 *
 * Every change goes through here, which tells whoever watches the job. Futures complete on the gateway's event loop.
 */
public final class Jobs {
    private final JobStore store;
    private final JobReader reader;
    private final MessageSender jobQueue;
    private final MessageSender cancellations;
    private final Waits waits;
    private final InstantSource clock;
    private final GatewayEvents events;

    public Jobs(JobStore store, JobReader reader, MessageSender jobQueue, MessageSender cancellations, Waits waits,
            InstantSource clock, GatewayEvents events) {
        this.store = store;
        this.reader = reader;
        this.jobQueue = jobQueue;
        this.cancellations = cancellations;
        this.waits = waits;
        this.clock = clock;
        this.events = events;
    }

    /** Whether a submitted job is known to be on its queue. */
    public sealed interface Submission {
        StoredJob job();

        /** The broker has it. */
        record Accepted(StoredJob job) implements Submission {
        }

        /** It is stored, and will be sent again until the broker has it. */
        record Unconfirmed(StoredJob job) implements Submission {
        }
    }

    /**
     * Stores the job, sends it, and notes that it was sent. That note isn't waited for: without it the message is sent
     * once more, under the same id.
     *
     * @return fails only when the job was not stored
     */
    public Future<Submission> submit(NewJob job) {
        return store.insert(job).compose(stored -> send(job, stored));
    }

    /** Ends the job as {@code canceled} unless it has ended; the job as it is then, or empty if it isn't the tenant's. */
    public Future<Optional<StoredJob>> cancel(String tenant, String jobId) {
        return store.cancel(tenant, jobId, clock.instant()).compose(canceled -> {
            if (canceled) {
                events.jobCanceled();
                waits.changed(jobId, true);
                tellWorkers(jobId);
            }
            return reader.find(tenant, jobId);
        });
    }

    /** Cancels the job if it is open, and erases it; whether it was there. */
    public Future<Boolean> delete(String tenant, String jobId) {
        return cancel(tenant, jobId).compose(_ -> store.erase(tenant, jobId))
                .onSuccess(_ -> waits.changed(jobId, true));
    }

    public Future<Recorded> finished(Reply.Finished reply) {
        return store.finish(reply).onSuccess(recorded -> {
            events.resultArrived(recorded, reply);
            ended(recorded == Recorded.FIRST, reply.jobId());
        });
    }

    /** A result that was found among the dead letters: as {@link #finished}, but one that was seen before isn't counted. */
    public Future<Boolean> finishedLate(Reply.Finished reply) {
        return store.finishLate(reply).onSuccess(first -> ended(first, reply.jobId()));
    }

    public Future<Boolean> progressed(Reply.Progressed reply) {
        return store.progress(reply).onSuccess(news -> {
            if (news) {
                waits.changed(reply.jobId(), false);
            }
        });
    }

    /** Ends a job as {@code failed} because the platform gave up, see {@link JobStore#giveUp}. */
    public Future<Boolean> giveUp(String jobId, int resends, JobError error) {
        return store.giveUp(jobId, resends, error, clock.instant()).onSuccess(first -> {
            if (first) {
                events.jobGivenUp();
            }
            ended(first, jobId);
        });
    }

    /** Ends an overdue job as {@code expired}. */
    public Future<Boolean> expire(String jobId, JobError error) {
        return store.expire(jobId, error, clock.instant()).onSuccess(first -> {
            if (first) {
                events.jobExpired();
            }
            ended(first, jobId);
        });
    }

    private Future<Submission> send(NewJob job, StoredJob stored) {
        Envelope message = MessageCodec.encode(JobMessage.first(job.job()), job.body());
        return jobQueue.send(message).transform(sent -> {
            if (sent.failed()) {
                events.sendUnconfirmed(sent.cause());
                return Future.succeededFuture(new Submission.Unconfirmed(stored));
            }
            events.jobQueued();
            store.sent(stored.id()).onFailure(events::storeDown);
            return Future.succeededFuture(new Submission.Accepted(stored));
        });
    }

    /** Best effort: it frees capacity sooner, but no result of a cancelled job counts either way. */
    private void tellWorkers(String jobId) {
        Cancellation word = new Cancellation(Cancellation.VERSION, jobId,
                clock.instant().truncatedTo(ChronoUnit.MILLIS));
        cancellations.send(MessageCodec.encode(word)).onFailure(events::cancellationNotSent);
    }

    private void ended(boolean now, String jobId) {
        if (now) {
            waits.changed(jobId, true);
        }
    }
}
