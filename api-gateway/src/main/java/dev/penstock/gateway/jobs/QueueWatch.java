package dev.penstock.gateway.jobs;

import dev.penstock.contracts.Status;
import dev.penstock.gateway.store.Backlog;
import dev.penstock.gateway.store.BacklogStore;
import dev.penstock.gateway.store.NewJob;
import dev.penstock.gateway.store.StoredJob;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** What is known of the backlog: measured every few seconds, so that no request pays for it. Thread safe. */
public final class QueueWatch {
    private final BacklogStore store;
    private final InstantSource clock;
    private final AtomicLong submittedSince = new AtomicLong();
    private volatile Backlog latest;
    /** Since when each look found jobs that wait and no worker; empty when the last one did not. */
    private volatile Optional<Instant> abandonedSince = Optional.empty();
    /** When there was no worker for the last time; empty when there always was one. */
    private volatile Optional<Instant> withoutWorkers = Optional.empty();

    public QueueWatch(BacklogStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
        this.latest = Backlog.unknown(clock.instant());
    }

    /** Measures once. */
    public Future<Void> measure() {
        long before = submittedSince.get();
        return store.measure(clock.instant()).map(measured -> {
            latest = measured;
            if (measured.workers() == 0) {
                withoutWorkers = Optional.of(measured.at());
            }
            boolean abandoned = measured.queued() > 0 && measured.workers() == 0;
            abandonedSince = abandoned ? Optional.of(abandonedSince.orElse(measured.at())) : Optional.empty();
            submittedSince.addAndGet(-before);
            return null;
        });
    }

    /** Jobs were stored: they count at once, before the next look finds them. */
    void submitted(int jobs) {
        submittedSince.addAndGet(jobs);
    }

    public Backlog latest() {
        return latest;
    }

    /** How long a job that is submitted now is expected to wait; empty when that isn't known. */
    public Optional<Duration> expectedWait() {
        Backlog backlog = latest;
        return backlog.timeFor(backlog.queued() + submittedSince.get());
    }

    /**
     * How long, at least, jobs have been waiting in vain: because no worker lives, or because none ended. Zero when some
     * are served or none waits.
     */
    Duration standstill() {
        Backlog backlog = latest;
        if (backlog.queued() == 0) {
            return Duration.ZERO;
        }
        return backlog.workers() == 0 ? abandoned(backlog) : sinceWorkersCame(backlog);
    }

    /** Whether that is for want of workers. */
    boolean workersAreMissing() {
        return latest.workers() == 0;
    }

    /** What nobody served before is not their fault. */
    private Duration sinceWorkersCame(Backlog backlog) {
        Duration there = withoutWorkers.map(time -> Duration.between(time, backlog.at())).orElse(backlog.standstill());
        return there.compareTo(backlog.standstill()) < 0 ? there : backlog.standstill();
    }

    /** Anything longer than its start tells this gateway nothing: it may not have heard the workers yet. */
    private Duration abandoned(Backlog backlog) {
        return abandonedSince.map(since -> Duration.between(since, backlog.at())).orElse(Duration.ZERO);
    }

    /** The job as callers see it, with what is guessed of its start while it waits. */
    public JobView view(StoredJob job) {
        boolean waits = job.status() == Status.QUEUED && job.number() > 0;
        return JobView.of(job).withQueue(waits ? estimate(latest.position(job.number())) : null);
    }

    /** As {@link #view(StoredJob)}, of a job that was stored just now. */
    public JobView view(NewJob job) {
        return JobView.of(job, null).withQueue(estimate(Math.max(1, latest.queued() + submittedSince.get())));
    }

    private QueueEstimate estimate(long position) {
        Backlog backlog = latest;
        Instant now = clock.instant();
        Optional<Instant> start = backlog.timeFor(position).map(backlog.at()::plus);
        return new QueueEstimate(position, start.map(time -> time.isBefore(now) ? now : time).orElse(null));
    }
}
