package dev.penstock.worker;

import dev.penstock.worker.events.WorkerEvents;
import dev.penstock.worker.pool.PoolClient;
import java.time.InstantSource;

/** What every job's run works with. */
record Workshop(WorkerConfig config, PoolClient pool, Outbox outbox, Runtimes runtimes, WorkerEvents events,
        InstantSource clock) {
}
