package dev.penstock.bench.pool;

import dev.penstock.configuration.Settings;
import dev.penstock.worker.pool.Cut;
import dev.penstock.worker.pool.Outcome;
import dev.penstock.worker.pool.PoolClient;
import dev.penstock.worker.pool.PoolConfig;
import dev.penstock.worker.pool.PoolToken;
import dev.penstock.worker.pool.SessionIdentifier;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** The original system's way: a fresh identifier for each call and never a stop, so that each session idles out. */
record NeverStopping(int callers, Duration time) {
    private static final Duration PAUSE_WHEN_FULL = Duration.ofMillis(20);

    /** Jobs in a second, over the whole time. */
    double run(Rig rig) {
        var settings = new Settings(rig.settings());
        var config = PoolConfig.from(settings);
        settings.verify();
        AtomicInteger ran = new AtomicInteger();
        long end = System.nanoTime() + time.toNanos();
        PoolToken token = PoolToken.fixed(config.get().token().orElseThrow());
        try (PoolClient pool = new PoolClient(rig.vertx(), config.get(), token, callers)) {
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int caller = 0; caller < callers; caller++) {
                    threads.execute(() -> {
                        while (System.nanoTime() < end) {
                            call(pool, ran);
                        }
                    });
                }
            }
        }
        return ran.get() / (time.toNanos() / 1e9);
    }

    private static void call(PoolClient pool, AtomicInteger ran) {
        if (pool.execute(SessionIdentifier.fresh("original", 0), Rig.job(0), new Cut()) instanceof Outcome.Ran) {
            ran.incrementAndGet();
        } else {
            LockSupport.parkNanos(PAUSE_WHEN_FULL.toNanos());
        }
    }
}
