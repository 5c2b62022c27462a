package dev.penstock.worker;

import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import dev.penstock.worker.events.WorkerEvents;
import dev.penstock.worker.pool.EntraPoolToken;
import dev.penstock.worker.pool.PoolClient;
import dev.penstock.worker.pool.PoolToken;
import dev.penstock.worker.slot.FreeSlots;
import dev.penstock.worker.slot.SlotsConfig;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;

/** A running worker: takes jobs from the queue as long as it has slots, until it is drained. */
public final class Worker implements AutoCloseable {
    /** After the drain's own deadline: cut calls answer at once, and their jobs go back. */
    private static final Duration CUT_GRACE = Duration.ofSeconds(5);

    private final WorkerConfig config;
    private final WorkerEvents events;
    private final Optional<PoolMaximum> maximum;
    private final PoolClient pool;
    private final Outbox outbox;
    private final Runtimes runtimes;
    private final Presence presence;
    private final InHand inHand = new InHand();
    private final HeldSlots slots;
    private final Cancellations cancellations;
    private final Admission admission;
    private final Intake intake;
    private final Standby standby;
    private final ExecutorService threads;
    private boolean drained;
    private boolean clean;

    private Worker(Vertx vertx, WorkerConfig config, Optional<PoolMaximum> maximum, WorkerEvents events) {
        this.config = config;
        this.maximum = maximum;
        this.events = events;
        ThreadFactory factory = Thread.ofVirtual().name("worker-", 0).factory();
        this.threads = Executors.newThreadPerTaskExecutor(factory);
        this.pool = new PoolClient(vertx, config.pool(), token(config), config.slots().mostEver(),
                refusal -> events.controlRefused(refusal.operation(), refusal.status()));
        ServiceBusClientBuilder side = Outbox.connection(config.bus());
        this.outbox = new Outbox(side, config.queues(), events);
        FreeSlots free = new FreeSlots();
        this.slots = HeldSlots.of(config, side, pool, free, threads, events);
        this.runtimes = new Runtimes(pool, free, outbox, config.announceInterval(), events);
        this.presence = new Presence(slots::held, outbox, config.presenceInterval());
        this.cancellations = new Cancellations(side, config.queues(), config.cancelInterval(), events);
        this.admission = new Admission(config.slots().most(), inHand, config.requeueDelay(), System::nanoTime,
                new Random(),
                events);
        Workshop shop = new Workshop(config, pool, admission, slots, outbox, runtimes, cancellations,
                events, InstantSource.system());
        this.intake = new Intake(config, free, admission, inHand, threads, events,
                (delivery, cut, slot) -> new JobRun(delivery, shop, cut).run(slot));
        this.standby = new Standby(admission, slots, pool, intake::ask, config.requeueDelay().first());
        events.watch(slots::held, free::count, inHand::count);
    }

    /**
     * Starts a worker. Asks the pool once what it can run, then takes jobs; returns when it does, whether or not the
     * broker and the pool could be reached, since it goes on trying.
     *
     * @throws dev.penstock.configuration.InvalidConfigurationException
     *             if the pool's maximum is to be read from Azure, can't be, and isn't configured either
     */
    public static Worker start(Vertx vertx, WorkerConfig config, WorkerEvents events) {
        Optional<PoolMaximum> maximum = PoolMaximum.of(vertx, config, events);
        WorkerConfig sized = maximum.map(PoolMaximum::atStart).map(config::withPoolMax).orElse(config);
        Worker worker = new Worker(vertx, sized, maximum, events);
        worker.slots.start();
        worker.runtimes.askAtStart();
        worker.threads.execute(worker.runtimes::keepAnnouncing);
        worker.threads.execute(worker.presence::keepAnnouncing);
        worker.threads.execute(worker.cancellations::keepBrowsing);
        worker.intake.start();
        worker.threads.execute(worker.standby::keepLooking);
        maximum.ifPresent(known -> worker.threads.execute(() -> known.keepReading(worker::resize)));
        events.started(sized.slots().most());
        return worker;
    }

    /** How many of the pool's slots this worker holds now. */
    public int heldSlots() {
        return slots.held();
    }

    /**
     * Why this worker takes no jobs just now, or can't go on for long, as a sentence for operators: the pool denies us,
     * fails, is full or doesn't end sessions, or there are no slots to be had. Empty while all is well.
     */
    public Optional<String> objection() {
        return admission.objection().or(slots::objection).or(pool::objection);
    }

    /** {@link #drain} within the configured time. */
    @Override
    public void close() {
        drain(config.drainTimeout());
    }

    /**
     * Stops taking jobs, lets those that run come to their end, sends back what still comes, ends all sessions and closes
     * all connections. A second call returns the first one's answer.
     *
     * @param deadline
     *            after which running calls are cut; their jobs go back to the queue, uncharged
     * @return whether everything ended by itself
     */
    public synchronized boolean drain(Duration deadline) {
        if (drained) {
            return clean;
        }
        drained = true;
        intake.stopAsking();
        standby.close();
        slots.leave();
        events.draining(inHand.count());
        runtimes.close();
        presence.close();
        try {
            clean = inHand.awaitEnd(deadline, CUT_GRACE);
            intake.close();
            clean &= slots.close(config.pool().confirmTimeout(), inHand::hurried);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        maximum.ifPresent(PoolMaximum::close);
        cancellations.close();
        outbox.close();
        threads.shutdownNow();
        pool.close();
        events.drained(clean);
        return clean;
    }

    /**
     * Ends a drain at once, or one that begins later: running calls are cut as at the drain's deadline, their jobs go back,
     * and the pool gets moments only to confirm that the sessions ended.
     */
    public void hurry() {
        events.hurried();
        inHand.hurry();
    }

    private void resize(int poolMax) {
        if (config.withPoolMax(poolMax).slots() instanceof SlotsConfig.Shared sized) {
            admission.resize(sized.most());
            slots.resize(sized.slots());
        }
    }

    private static PoolToken token(WorkerConfig config) {
        return config.pool()
                .token()
                .map(PoolToken::fixed)
                .orElseGet(() -> EntraPoolToken.ofDefaultCredential(EntraPoolToken.POOLS));
    }
}
