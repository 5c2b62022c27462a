package dev.penstock.bench.runner;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs lanes side by side; each does its runs one after the other. */
final class Lanes {
    private Lanes() {}

    /**
     * Starts all at once and waits for the last.
     *
     * @param lanes
     *            each answers how long each of its runs took
     */
    static Measured measure(List<Callable<List<Duration>>> lanes) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            long started = System.nanoTime();
            var latencies = new ArrayList<Duration>();
            for (Future<List<Duration>> lane : threads.invokeAll(lanes)) {
                latencies.addAll(lane.get());
            }
            return new Measured(latencies, Duration.ofNanos(System.nanoTime() - started));
        }
    }
}
