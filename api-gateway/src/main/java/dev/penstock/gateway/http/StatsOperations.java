package dev.penstock.gateway.http;

import dev.penstock.gateway.jobs.Admission;
import dev.penstock.gateway.jobs.QueueWatch;
import dev.penstock.gateway.jobs.Standing;
import dev.penstock.gateway.jobs.Workers;
import dev.penstock.gateway.store.Backlog;
import dev.penstock.gateway.store.BacklogStore;
import dev.penstock.gateway.store.RateLimit;
import dev.penstock.gateway.store.TenantLimits;
import dev.penstock.gateway.store.WorkerStore;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How much there is to do: a tenant's own jobs, and of all others only what its jobs wait for. */
final class StatsOperations {
    private final BacklogStore backlog;
    private final QueueWatch queue;
    private final Workers workers;
    private final Admission admission;

    StatsOperations(BacklogStore backlog, QueueWatch queue, Workers workers, Admission admission) {
        this.backlog = backlog;
        this.queue = queue;
        this.workers = workers;
        this.admission = admission;
    }

    /**
     * The answer.
     *
     * @param jobs
     *            the tenant's open ones
     */
    record Stats(BacklogStore.OfTenant jobs, Service service, LimitsView limits) {
    }

    /**
     * The service as a whole.
     *
     * @param workers
     *            that live, as far as they said so lately
     * @param slots
     *            that these hold: so many jobs can run at a time
     * @param estimatedJobsPerSecond
     *            as measured lately while jobs waited; {@code null} when none did
     * @param estimatedWaitSeconds
     *            of a job that is submitted now; {@code null} when jobs wait and the rate isn't known
     */
    record Service(long workers, long slots, Instant measuredAt, @Nullable Double estimatedJobsPerSecond,
            @Nullable Double estimatedWaitSeconds) {
    }

    /**
     * The tenant's limits; {@code null} where there is none.
     *
     * @param rate
     *            jobs that may be submitted in so many seconds
     * @param openJobs
     *            jobs that may be open at a time
     */
    record LimitsView(@Nullable Rate rate, @Nullable Long openJobs) {
    }

    record Rate(int jobs, double seconds) {
    }

    /** {@code GET /v1/stats} */
    Future<Answer> read(RoutingContext request) {
        String tenant = Caller.of(request).tenant();
        return admission.limits(tenant)
                .compose(limits -> backlog.of(tenant).compose(jobs -> workers.alive().map(alive -> {
                    Standing standing = admission.standing(tenant, limits, jobs.queued() + jobs.running());
                    Answer answer = Answer.json(200, new Stats(jobs, service(alive), view(limits)));
                    return LimitAnswers.withStanding(answer, standing);
                })));
    }

    private Service service(WorkerStore.Alive alive) {
        Backlog latest = queue.latest();
        Double perSecond = latest.perSecond().isPresent() ? rounded(latest.perSecond().getAsDouble()) : null;
        return new Service(alive.workers(), alive.slots(), latest.at(), perSecond,
                queue.expectedWait().map(StatsOperations::seconds).orElse(null));
    }

    private static LimitsView view(TenantLimits limits) {
        RateLimit rate = limits.rate();
        return new LimitsView(rate.unlimited() ? null : new Rate(rate.jobs(), seconds(rate.window())),
                limits.maxOpenJobs() == TenantLimits.UNLIMITED ? null : limits.maxOpenJobs());
    }

    private static double seconds(Duration time) {
        return rounded(time.toMillis() / 1_000.0);
    }

    private static double rounded(double value) {
        return Math.round(value * 1_000) / 1_000.0;
    }
}
