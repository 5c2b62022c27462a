package dev.penstock.gateway.jobs;

import dev.penstock.contracts.Envelope;
import dev.penstock.contracts.JobError;
import dev.penstock.gateway.bus.JobSender;
import dev.penstock.gateway.process.GatewayEvents;
import dev.penstock.gateway.store.JobStore;
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
    private final JobSender sender;
    private final Jobs jobs;
    private final InstantSource clock;
    private final GatewayEvents events;

    public Upkeep(JobStore store, JobSender sender, Jobs jobs, InstantSource clock, GatewayEvents events) {
        this.store = store;
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
        List<Unsent> stale = store.unsent(clock.instant().minus(age), PAGE).await();
        if (!stale.isEmpty()) {
            Future.join(stale.stream().map(this::sendAgain).toList()).await();
            events.jobsSentAgain(stale.size());
        }
    }

    /**
     * Ends jobs whose deadline has passed, even with no worker alive.
     *
     * @param longestRun
     *            how long after its start a running job's result is waited for
     */
    public void expireOverdue(Duration longestRun) {
        Instant now = clock.instant();
        List<String> overdue = store.overdue(now, now.minus(longestRun), PAGE).await();
        if (!overdue.isEmpty()) {
            Future.all(overdue.stream().map(id -> jobs.expire(id, OVERDUE)).toList()).await();
        }
    }

    private Future<Void> sendAgain(Unsent job) {
        Envelope message = new Envelope(job.jobId(), "job", job.body(), Map.of());
        return sender.send(message).compose(_ -> store.sent(job.jobId()));
    }
}
