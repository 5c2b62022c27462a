package dev.penstock.bench.pool;

import dev.penstock.worker.Worker;
import dev.penstock.worker.WorkerConfig;
import dev.penstock.worker.events.WorkerEvents;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/** Our workers, as many as told, sharing the pool. */
final class PenstockWorkers implements AutoCloseable {
    private final Deque<Runnable> parts = new ArrayDeque<>();

    PenstockWorkers(int workers, int headroom, Bus bus, Rig rig) {
        Map<String, String> settings = new HashMap<>(rig.settings());
        settings.put("PENSTOCK_SERVICEBUS_CONNECTION_STRING", bus.connectionString());
        int slots = Rig.MAX_SESSIONS - headroom;
        for (int i = 0; i < workers; i++) {
            settings.put("PENSTOCK_SLOTS", String.valueOf(slots * (i + 1) / workers - slots * i / workers));
            Vertx vertx = Vertx.vertx();
            parts.push(() -> vertx.close().await());
            Worker worker = Worker.start(vertx, WorkerConfig.from(settings),
                    new WorkerEvents(new SimpleMeterRegistry()));
            parts.push(worker::close);
        }
    }

    @Override
    public void close() {
        while (!parts.isEmpty()) {
            parts.pop().run();
        }
    }
}
