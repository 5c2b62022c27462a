package dev.penstock.worker;

import dev.penstock.configuration.Settings;
import dev.penstock.contracts.Queues;
import dev.penstock.messaging.BusAddress;
import dev.penstock.worker.pool.PoolConfig;
import dev.penstock.worker.pool.PoolResource;
import dev.penstock.worker.slot.SlotsConfig;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * A worker's configuration.
 *
 * @param poolResource
 *            where Azure Resource Manager tells the pool's maximum; empty: the slots' configuration does
 * @param deployment
 *            starts the identifier of every session; 1 to 40 of {@code [A-Za-z0-9-]}
 * @param drainTimeout
 *            how long running jobs may take to end once the worker was told to stop
 * @param jobLock
 *            the lock duration that the {@code jobs} queue is set up with
 * @param requeueDelay
 *            before a job comes again that found the pool full
 * @param retryDelay
 *            before a job comes again that the platform failed
 * @param maxAttempts
 *            how often the platform may fail a job before we give it up
 * @param announceInterval
 *            between two announcements of what the pool can run
 * @param presenceInterval
 *            between two announcements that this worker lives
 * @param cancelInterval
 *            between two looks at which jobs were cancelled
 * @param managementHost
 *            address of the port for health, readiness and metrics
 * @param managementPort
 *            that port; none without it
 */
public record WorkerConfig(BusAddress bus, Queues queues, PoolConfig pool, SlotsConfig slots,
        Optional<PoolResource> poolResource, String deployment,
        Duration drainTimeout, Duration jobLock, Backoff requeueDelay, Backoff retryDelay, int maxAttempts,
        Duration announceInterval, Duration presenceInterval, Duration cancelInterval, String managementHost,
        Optional<Integer> managementPort) {

    /**
     * Reads the {@code PENSTOCK_*} variables.
     *
     * @throws dev.penstock.configuration.InvalidConfigurationException
     *             naming everything that is missing or wrong
     */
    public static WorkerConfig from(Map<String, String> environment) {
        var settings = new Settings(environment);
        var bus = BusAddress.from(settings);
        var queues = settings.read("PENSTOCK_QUEUE_PREFIX", Queues::new).or(Queues.unprefixed());
        var pool = PoolConfig.from(settings);
        var slots = SlotsConfig.from(settings);
        var poolResource = PoolResource.from(settings);
        var deployment = settings.read("PENSTOCK_DEPLOYMENT", WorkerConfig::deployment).or("penstock");
        var drain = settings.duration("PENSTOCK_DRAIN_TIMEOUT").or(Duration.ofSeconds(25));
        var lock = settings.duration("PENSTOCK_JOB_LOCK").or(Duration.ofSeconds(30));
        var requeueFirst = settings.duration("PENSTOCK_REQUEUE_DELAY").or(Duration.ofMillis(500));
        var requeueMost = settings.duration("PENSTOCK_REQUEUE_MAX_DELAY").or(Duration.ofSeconds(30));
        var retryFirst = settings.duration("PENSTOCK_RETRY_DELAY").or(Duration.ofSeconds(1));
        var retryMost = settings.duration("PENSTOCK_RETRY_MAX_DELAY").or(Duration.ofMinutes(1));
        var attempts = settings.number("PENSTOCK_MAX_ATTEMPTS", 1, 100).or(8);
        var announce = settings.duration("PENSTOCK_ANNOUNCE_INTERVAL").or(Duration.ofMinutes(5));
        var presence = settings.duration("PENSTOCK_PRESENCE_INTERVAL").or(Duration.ofSeconds(10));
        var cancel = settings.duration("PENSTOCK_CANCEL_INTERVAL").or(Duration.ofSeconds(1));
        var managementHost = settings.text("PENSTOCK_WORKER_MANAGEMENT_HOST").or("127.0.0.1");
        var managementPort = settings.port("PENSTOCK_WORKER_MANAGEMENT_PORT").optional();
        settings.verify();
        if (slots.get() instanceof SlotsConfig.Shared shared
                && shared.leaseLength().dividedBy(2).compareTo(pool.get().connectTimeout()) <= 0) {
            settings.problem("PENSTOCK_SLOT_LOCK must be more than twice PENSTOCK_POOL_CONNECT_TIMEOUT: a request is"
                    + " started only while its lease outlives the connecting");
            settings.verify();
        }
        return new WorkerConfig(bus.get(), queues.get(), pool.get(), slots.get(), poolResource.get(), deployment.get(),
                drain.get(),
                lock.get(), new Backoff(requeueFirst.get(), requeueMost.get()),
                new Backoff(retryFirst.get(), retryMost.get()), attempts.get(), announce.get(),
                presence.get(), cancel.get(),
                managementHost.get(), managementPort.get());
    }

    /** The same for a pool of that size; fixed shares are what they are. */
    WorkerConfig withPoolMax(int max) {
        SlotsConfig sized = switch (slots) {
            case SlotsConfig.Fixed fixed -> fixed;
            case SlotsConfig.Shared shared -> shared.withPoolMax(max);
        };
        return new WorkerConfig(bus, queues, pool, sized, poolResource, deployment, drainTimeout, jobLock, requeueDelay,
                retryDelay, maxAttempts, announceInterval, presenceInterval, cancelInterval,
                managementHost,
                managementPort);
    }

    private static String deployment(String text) {
        if (!text.matches("[A-Za-z0-9-]{1,40}")) {
            throw new IllegalArgumentException("must be 1 to 40 of [A-Za-z0-9-]");
        }
        return text;
    }
}
