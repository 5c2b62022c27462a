package dev.penstock.gateway.jobs;

import dev.penstock.contracts.Cancellation;
import dev.penstock.contracts.JobError;
import dev.penstock.contracts.MessageCodec;
import dev.penstock.contracts.Reply;
import dev.penstock.gateway.bus.MessageSender;
import dev.penstock.gateway.process.GatewayEvents;
import dev.penstock.gateway.store.BatchReader;
import dev.penstock.gateway.store.Ending;
import dev.penstock.gateway.store.JobReader;
import dev.penstock.gateway.store.JobStore;
import dev.penstock.gateway.store.StoredBatch;
import dev.penstock.gateway.store.StoredJob;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A job's life as the gateway sees it:
 *
 * <pre>
 *  submit ─▶ queued ─progressed─▶ running ─finished─▶ succeeded | failed
 *              │ ◀──progressed──────┘ │
 *              └ cancel, expire, giveUp ────────────▶ canceled | expired | failed
 * </pre>
 *
 * {@link Submitting} makes jobs; every change goes through here, which tells whoever watches the job. Futures complete on
 * the gateway's event loop.
 */
public final class Jobs {
    private final JobStore store;
    private final JobReader reader;
    private final BatchReader batches;
    private final MessageSender cancellations;
    private final Waits waits;
    private final Consumer<String> deliveries;
    private final InstantSource clock;
    private final GatewayEvents events;

    /**
     * @param deliveries
     *            is given the id of each webhook delivery that is due
     */
    public Jobs(JobStore store, JobReader reader, BatchReader batches, MessageSender cancellations, Waits waits,
            Consumer<String> deliveries,
            InstantSource clock, GatewayEvents events) {
        this.store = store;
        this.reader = reader;
        this.batches = batches;
        this.cancellations = cancellations;
        this.waits = waits;
        this.deliveries = deliveries;
        this.clock = clock;
        this.events = events;
    }

    public Future<Boolean> progressed(Reply.Progressed reply) {
        return store.progress(reply).onSuccess(news -> {
            if (news) {
                waits.changed(reply.jobId(), false);
            }
        });
    }

    public Future<Ending> finished(Reply.Finished reply) {
        return store.finish(reply).onSuccess(ending -> {
            events.resultArrived(ending.recorded(), reply);
            tell(ending, reply.jobId());
        });
    }

    /** A result that was found among the dead letters: as {@link #finished}, but one that was seen before isn't counted. */
    public Future<Ending> finishedLate(Reply.Finished reply) {
        return store.finishLate(reply).onSuccess(ending -> tell(ending, reply.jobId()));
    }

    /** Ends a job as {@code failed} because the platform gave up, see {@link JobStore#giveUp}. */
    public Future<Ending> giveUp(String jobId, int resends, JobError error) {
        return store.giveUp(jobId, resends, error, clock.instant()).onSuccess(ending -> {
            if (ending.now()) {
                events.jobGivenUp();
            }
            tell(ending, jobId);
        });
    }

    /** Ends an overdue job as {@code expired}. */
    public Future<Ending> expire(String jobId, JobError error) {
        return store.expire(jobId, error, clock.instant()).onSuccess(ending -> {
            if (ending.now()) {
                events.jobExpired();
            }
            tell(ending, jobId);
        });
    }

    /** Ends the job as {@code canceled} unless it has ended; the job as it is then, or empty if it isn't the tenant's. */
    public Future<Optional<StoredJob>> cancel(String tenant, String jobId) {
        return end(tenant, jobId).compose(_ -> reader.find(tenant, jobId));
    }

    /** Ends all open jobs of the batch as {@code canceled}; the batch then, or empty if it isn't the tenant's. */
    public Future<Optional<StoredBatch>> cancelBatch(String tenant, String batchId) {
        return store.cancelBatch(tenant, batchId, clock.instant()).onSuccess(canceled -> {
            canceled.jobIds().forEach(jobId -> {
                events.jobCanceled();
                tellWorkers(jobId);
                waits.changed(jobId, true);
            });
            tell(canceled.ending());
        }).compose(_ -> batches.find(tenant, batchId));
    }

    /** Cancels the job if it is open, and erases it; whether it was there. */
    public Future<Boolean> delete(String tenant, String jobId) {
        return cancel(tenant, jobId).compose(_ -> store.erase(tenant, jobId)).onSuccess(found -> {
            if (found) {
                waits.changed(jobId, true);
            }
        });
    }

    /** As {@link #delete}, of a batch and all of its jobs. */
    public Future<Boolean> deleteBatch(String tenant, String batchId) {
        return cancelBatch(tenant, batchId).compose(_ -> store.eraseBatch(tenant, batchId)).onSuccess(found -> {
            if (found) {
                waits.changed(batchId, true);
            }
        });
    }

    private Future<Ending> end(String tenant, String jobId) {
        return store.cancel(tenant, jobId, clock.instant()).onSuccess(ending -> {
            if (ending.now()) {
                events.jobCanceled();
                tellWorkers(jobId);
            }
            tell(ending, jobId);
        });
    }

    private void tell(Ending ending, String jobId) {
        if (ending.now()) {
            waits.changed(jobId, true);
            tell(ending);
        }
    }

    private void tell(Ending ending) {
        if (ending.now()) {
            ending.batch().ifPresent(batch -> waits.changed(batch.id(), batch.ended()));
            ending.deliveries().forEach(deliveries);
        }
    }

    /** Best effort: it frees capacity sooner, but no result of a cancelled job counts either way. */
    private void tellWorkers(String jobId) {
        Cancellation word = new Cancellation(Cancellation.VERSION, jobId,
                clock.instant().truncatedTo(ChronoUnit.MILLIS));
        cancellations.send(MessageCodec.encode(word)).onFailure(events::cancellationNotSent);
    }
}
