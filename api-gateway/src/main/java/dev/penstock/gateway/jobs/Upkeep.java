package dev.penstock.gateway.jobs;

import dev.penstock.contracts.Envelope;
import dev.penstock.contracts.JobError;
import dev.penstock.gateway.bus.MessageSender;
import dev.penstock.gateway.process.GatewayEvents;
import dev.penstock.gateway.store.BacklogStore;
import dev.penstock.gateway.store.JobReader;
import dev.penstock.gateway.store.JobStore;
import dev.penstock.gateway.store.Submissions;
import dev.penstock.gateway.store.Unsent;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** What must happen although nobody asks for it: unsent jobs are sent again, overdue ones end. Methods block. */
public final class Upkeep {
    private static final int PAGE = 200;
    private static final JobError OVERDUE = new JobError(JobError.Code.DEADLINE_PASSED,
            "The deadline passed before the job could be finished.");

    private final JobStore store;
    private final JobReader reader;
    private final Submissions submissions;
    private final BacklogStore backlog;
    private final MessageSender sender;
    private final Jobs jobs;
    private final InstantSource clock;
    private final GatewayEvents events;

    public Upkeep(JobStore store, JobReader reader, Submissions submissions, BacklogStore backlog,
            MessageSender sender, Jobs jobs, InstantSource clock, GatewayEvents events) {
        this.store = store;
        this.reader = reader;
        this.submissions = submissions;
        this.backlog = backlog;
        this.sender = sender;
        this.jobs = jobs;
        this.clock = clock;
        this.events = events;
    }

    /**
     * Sends again, under the same message id, what was stored so long ago that its first send must have ended.
     *
     * @param age
     *            longer than a send can take
     */
    public void sendStale(Duration age) {
        List<Unsent> stale;
        do {
            stale = reader.unsent(clock.instant().minus(age), PAGE).await();
            if (!stale.isEmpty()) {
                Future.join(stale.stream().map(this::sendAgain).toList()).await();
                events.jobsSentAgain(stale.size());
            }
        } while (stale.size() == PAGE);
    }

    /**
     * Ends jobs whose deadline has passed, even with no worker alive.
     *
     * @param longestRun
     *            how long after its start a running job's result is waited for
     */
    public void expireOverdue(Duration longestRun) {
        Instant now = clock.instant();
        List<String> overdue;
        do {
            overdue = reader.overdue(now, now.minus(longestRun), PAGE).await();
            Future.all(overdue.stream().map(id -> jobs.expire(id, OVERDUE)).toList()).await();
        } while (overdue.size() == PAGE);
    }

    /**
     * Erases jobs and batches that ended long ago, and idempotency keys that have had their day.
     *
     * @param age
     *            for which callers can rely on them
     */
    public void forgetOld(Duration age) {
        Instant keysBefore = clock.instant().minus(Submissions.KEY_LIFE);
        while (submissions.forgetKeys(keysBefore, PAGE).await() == PAGE) {
            // Until the rest is less than a page.
        }
        backlog.forget(clock.instant()).await();
        Instant before = clock.instant().minus(age);
        while (store.forgetBatches(before, PAGE).await() == PAGE) {
            // Until the rest is less than a page.
        }
        List<String> old;
        do {
            old = reader.endedBefore(before, PAGE).await();
            Future.all(old.stream().map(store::forget).toList()).await();
            events.jobsForgotten(old.size());
        } while (old.size() == PAGE);
    }

    private Future<Void> sendAgain(Unsent job) {
        Envelope message = new Envelope(job.jobId(), "job", job.body(), Map.of());
        return sender.send(message).compose(_ -> submissions.sent(List.of(job.jobId())));
    }
}
