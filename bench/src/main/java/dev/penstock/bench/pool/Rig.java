package dev.penstock.bench.pool;

import dev.penstock.contracts.Job;
import dev.penstock.contracts.Limits;
import dev.penstock.contracts.OnLost;
import dev.penstock.contracts.Program;
import dev.penstock.contracts.SourceFile;
import dev.penstock.local.pool.AnswerKind;
import dev.penstock.local.pool.LocalPool;
import dev.penstock.local.pool.PoolConfig;
import dev.penstock.local.pool.PoolEvents;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A pool in front of sleeping sessions, new for each row. */
final class Rig implements AutoCloseable {
    static final int MAX_SESSIONS = 16;
    private static final String TOKEN = "token-of-the-bench";

    private final Vertx vertx = Vertx.vertx();
    private final SleepingSession session;
    private final LocalPool pool;
    private final Duration cooldown;

    Rig(Duration jobTime, Duration cooldown) {
        this.cooldown = cooldown;
        this.session = new SleepingSession(vertx, jobTime);
        this.pool = LocalPool.start(vertx,
                PoolConfig.from(Map.of("PENSTOCK_POOL_PORT", "0", "PENSTOCK_POOL_TOKEN", TOKEN,
                        "PENSTOCK_POOL_TARGET", session.endpoint().toString(), "PENSTOCK_POOL_MAX_SESSIONS",
                        String.valueOf(MAX_SESSIONS), "PENSTOCK_POOL_READY_SESSIONS", String.valueOf(MAX_SESSIONS - 1),
                        "PENSTOCK_POOL_COOLDOWN", cooldown.toMillis() + "ms")),
                new PoolEvents());
    }

    /** What a worker must be told of the pool. */
    Map<String, String> settings() {
        return Map.of("PENSTOCK_POOL_ENDPOINT", pool.endpoint().toString(), "PENSTOCK_POOL_TOKEN", TOKEN,
                "PENSTOCK_POOL_COOLDOWN", cooldown.toMillis() + "ms");
    }

    Vertx vertx() {
        return vertx;
    }

    /** How often the pool had no session to give. */
    long refused() {
        return pool.stats().answered(AnswerKind.FULL) + pool.stats().answered(AnswerKind.NOT_READY);
    }

    int peakSessions() {
        return pool.stats().peakAllocated();
    }

    static Job job(int number) {
        Instant now = Instant.now();
        Program program = new Program("sleep", null, List.of(new SourceFile("main", "x")), "", List.of(), Limits.NONE);
        return new Job(Job.VERSION, "bench-" + number, "bench", program, now, now.plus(Duration.ofHours(1)),
                OnLost.RETRY);
    }

    @Override
    public void close() {
        pool.close();
        session.close();
        vertx.close().await();
    }
}
