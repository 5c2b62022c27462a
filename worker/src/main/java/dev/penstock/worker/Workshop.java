package dev.penstock.worker;

import dev.penstock.worker.events.WorkerEvents;
import dev.penstock.worker.pool.PoolClient;
import java.time.InstantSource;

/** What every job's run works with. */
record Workshop(WorkerConfig config, PoolClient pool, Admission admission, HeldSlots slots,
        Outbox outbox, Runtimes runtimes, Cancellations cancellations, WorkerEvents events,
        InstantSource clock) {
}
