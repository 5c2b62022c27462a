package dev.penstock.bench.pool;

import dev.penstock.configuration.Settings;
import dev.penstock.contracts.Job;
import dev.penstock.worker.pool.Cut;
import dev.penstock.worker.pool.Outcome;
import dev.penstock.worker.pool.PoolClient;
import dev.penstock.worker.pool.PoolConfig;
import dev.penstock.worker.pool.PoolToken;
import dev.penstock.worker.pool.SessionIdentifier;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * No queue, no worker: as many threads as there are slots call the pool one job after the other. This is what the slots
 * can give, and it measures a job's time e (the call) and s (until its session is seen to be gone).
 */
record DirectCalls(int slots, int jobs) {

    /**
     * What was measured.
     *
     * @param callSeconds
     *            e, on average
     * @param stopSeconds
     *            s, on average
     */
    record Measured(double perSecond, double callSeconds, double stopSeconds) {
        /** How many jobs that many slots can run in a second at most. */
        double limit(int slots) {
            return slots / (callSeconds + stopSeconds);
        }
    }

    Measured run(Rig rig) throws InterruptedException {
        var settings = new Settings(rig.settings());
        var config = PoolConfig.from(settings);
        settings.verify();
        PoolToken token = PoolToken.fixed(config.get().token().orElseThrow());
        try (PoolClient pool = new PoolClient(rig.vertx(), config.get(), token, slots);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            AtomicInteger next = new AtomicInteger();
            LongAdder calling = new LongAdder();
            LongAdder stopping = new LongAdder();
            long start = System.nanoTime();
            List<Future<?>> loops = new ArrayList<>();
            for (int slot = 0; slot < slots; slot++) {
                int mine = slot;
                loops.add(threads.submit(() -> {
                    for (int job = next.getAndIncrement(); job < jobs; job = next.getAndIncrement()) {
                        one(pool, SessionIdentifier.fresh("direct", mine), Rig.job(job), calling, stopping);
                    }
                }));
            }
            await(loops);
            double seconds = (System.nanoTime() - start) / 1e9;
            return new Measured(jobs / seconds, calling.sum() / 1e9 / jobs, stopping.sum() / 1e9 / jobs);
        }
    }

    private static void one(PoolClient pool, SessionIdentifier session, Job job, LongAdder calling,
            LongAdder stopping) {
        long called = System.nanoTime();
        Outcome outcome = pool.execute(session, job, new Cut());
        if (!(outcome instanceof Outcome.Ran)) {
            throw new IllegalStateException("a direct call ended as " + outcome);
        }
        long answered = System.nanoTime();
        pool.stop(session);
        while (!pool.isGone(session)) {
            Thread.onSpinWait();
        }
        calling.add(answered - called);
        stopping.add(System.nanoTime() - answered);
    }

    private static void await(List<Future<?>> loops) throws InterruptedException {
        for (Future<?> loop : loops) {
            try {
                loop.get();
            } catch (ExecutionException failed) {
                throw new IllegalStateException("direct calls failed", failed.getCause());
            }
        }
    }
}
