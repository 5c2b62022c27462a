package dev.penstock.worker;

import dev.penstock.worker.events.WorkerEvents;
import dev.penstock.worker.pool.PoolClient;
import java.time.InstantSource;
import java.util.function.IntSupplier;

/** What every job's run works with. */
record Workshop(WorkerConfig config, PoolClient pool, Admission admission, IntSupplier heldSlots,
        Outbox outbox, Runtimes runtimes, Cancellations cancellations, WorkerEvents events,
        InstantSource clock) {
}
