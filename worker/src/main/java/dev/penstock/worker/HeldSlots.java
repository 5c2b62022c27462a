package dev.penstock.worker;

import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import dev.penstock.worker.events.WorkerEvents;
import dev.penstock.worker.pool.PoolConfig;
import dev.penstock.worker.pool.PoolSessions;
import dev.penstock.worker.slot.FixedLeases;
import dev.penstock.worker.slot.FreeSlots;
import dev.penstock.worker.slot.SlotLedger;
import dev.penstock.worker.slot.SlotQueue;
import dev.penstock.worker.slot.SlotTerms;
import dev.penstock.worker.slot.SlotsConfig;
import dev.penstock.worker.slot.Time;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/**
 * The slots of this worker, by whichever way the configuration says it comes by them.
 *
 * @param queue
 *            closes the ledger's connections; does nothing where there is no ledger
 */
record HeldSlots(SlotLedger ledger, Runnable queue) {
    static HeldSlots of(WorkerConfig config, ServiceBusClientBuilder seeding, PoolSessions sessions, FreeSlots free,
            Executor threads, WorkerEvents events) {
        var with = new SlotLedger.Surroundings(sessions, free, Time.system(), threads, events,
                new Random());
        return switch (config.slots()) {
            case SlotsConfig.Fixed(int slots, Optional<String> worker) -> {
                String owner = worker.map(name -> config.deployment() + "-" + name).orElse(config.deployment());
                var terms = terms(config, owner, FixedLeases.LENGTH, FixedLeases.LENGTH, Optional.empty());
                yield new HeldSlots(
                        new SlotLedger(new FixedLeases(slots, worker.isPresent()), slots, slots, terms, with), () -> {
                        });
            }
            case SlotsConfig.Shared shared -> {
                var terms = terms(config, config.deployment(), shared.leaseLength(), shared.takeoverGrace(),
                        Optional.of(shared.rotation()));
                SlotQueue queue = new SlotQueue(config.bus(), seeding, config.queues().slots());
                yield new HeldSlots(new SlotLedger(queue, shared.slots(), shared.mostHere(), terms, with),
                        queue::close);
            }
        };
    }

    void start() {
        ledger.start();
    }

    void suspectStrays() {
        ledger.suspectStrays();
    }

    /** Why slots can't be had just now; empty while they can. */
    Optional<String> objection() {
        return ledger.objection();
    }

    /** While standing by, holds one slot only; to be called now and then. */
    void standBy(boolean only) {
        ledger.standBy(only);
    }

    /** Takes no more slots and leaves those that are free to other workers at once, the others as they become free. */
    void leave() {
        ledger.leave();
    }

    /** From now on all workers have that many slots together. */
    void resize(int slots) {
        ledger.resize(slots);
    }

    int held() {
        return ledger.held();
    }

    /** Gives all slots up; whether that was done in time. */
    boolean close(Duration deadline, BooleanSupplier hurried) throws InterruptedException {
        try {
            return ledger.close(deadline, hurried);
        } finally {
            queue.run();
        }
    }

    private static SlotTerms terms(WorkerConfig config, String owner, Duration leaseLength, Duration grace,
            Optional<Duration> rotation) {
        PoolConfig pool = config.pool();
        return new SlotTerms(owner, leaseLength, pool.connectTimeout(), pool.callTimeout(),
                pool.cooldown(), pool.confirmTimeout(), pool.confirmInterval(), grace, rotation);
    }
}
