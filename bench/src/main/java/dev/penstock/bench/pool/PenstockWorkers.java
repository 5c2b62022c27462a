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
        settings.put("PENSTOCK_POOL_MAX_SESSIONS", String.valueOf(Rig.MAX_SESSIONS));
        settings.put("PENSTOCK_POOL_HEADROOM", String.valueOf(headroom));
        for (int i = 0; i < workers; i++) {
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
