package dev.penstock.gateway.jobs;

import dev.penstock.contracts.Envelope;
import dev.penstock.contracts.Job;
import dev.penstock.contracts.JobError;
import dev.penstock.contracts.Reply;
import dev.penstock.gateway.bus.JobSender;
import dev.penstock.gateway.process.GatewayEvents;
import dev.penstock.gateway.store.JobStore;
import dev.penstock.gateway.store.Recorded;
import dev.penstock.gateway.store.StoredJob;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A job's life as the gateway sees it:
 *
 * <pre>
 *  submit ─▶ queued ─progressed─▶ running ─finished─▶ succeeded | failed
 *              │ ◀──progressed──────┘ │
 *              └──── expire, giveUp ──┴─────────────▶ expired | failed
 * </pre>
 *
 * Every end goes through here and wakes whoever waits for it. Futures complete on the gateway's event loop.
 */
public final class Jobs {
    private final JobStore store;
    private final JobSender sender;
    private final InstantSource clock;
    private final GatewayEvents events;
    private final Waiters waiters;

    public Jobs(JobStore store, JobSender sender, int mostWaiters, InstantSource clock, GatewayEvents events) {
        this.store = store;
        this.sender = sender;
        this.clock = clock;
        this.events = events;
        this.waiters = new Waiters(mostWaiters);
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
    public Future<Submission> submit(Job job, Envelope message) {
        return store.insert(job, message.body())
                .compose(stored -> sender.send(message).<Submission>transform(sent -> {
                    if (sent.failed()) {
                        events.sendUnconfirmed(sent.cause());
                        return Future.succeededFuture(new Submission.Unconfirmed(stored));
                    }
                    events.jobQueued();
                    store.sent(job.id()).onFailure(events::storeDown);
                    return Future.succeededFuture(new Submission.Accepted(stored));
                }));
    }

    /** The tenant's job; another tenant's is absent. */
    public Future<Optional<StoredJob>> find(String tenant, String jobId) {
        return store.find(tenant, jobId);
    }

    /**
     * The job as soon as it has ended, or as it is after that time, or at once when too many wait already. Call it on the
     * gateway's event loop.
     */
    public Future<Optional<StoredJob>> await(String tenant, String jobId, Duration patience) {
        Optional<Waiters.Waiter> waiter = waiters.register(jobId);
        Future<Optional<StoredJob>> now = store.find(tenant, jobId);
        if (waiter.isEmpty()) {
            events.waitRefused();
            return now;
        }
        return now.compose(found -> found.isEmpty() || found.get().status().terminal()
                ? Future.succeededFuture(found)
                : waiter.get()
                        .ended()
                        .timeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                        .transform(_ -> store.find(tenant, jobId)))
                .onComplete(_ -> waiter.get().cancel());
    }

    /** Answers everybody who waits with the job as it is now: the gateway is about to stop. */
    public void wakeAll() {
        waiters.wakeAll();
    }

    public Future<Recorded> finished(Reply.Finished reply) {
        return store.finish(reply).onSuccess(recorded -> {
            events.resultArrived(recorded, reply);
            if (recorded == Recorded.FIRST) {
                waiters.wake(reply.jobId());
            }
        });
    }

    /** A result that was found among the dead letters: as {@link #finished}, but one that was seen before isn't counted. */
    public Future<Boolean> finishedLate(Reply.Finished reply) {
        return store.finishLate(reply).onSuccess(first -> ended(first, reply.jobId()));
    }

    public Future<Boolean> progressed(Reply.Progressed reply) {
        return store.progress(reply);
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

    private void ended(boolean now, String jobId) {
        if (now) {
            waiters.wake(jobId);
        }
    }
}
