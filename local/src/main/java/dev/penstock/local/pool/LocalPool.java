package dev.penstock.local.pool;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A running session pool. Behaves as its settings and faults say; both may change while it runs. Every method may be
 * called from any thread but an event loop.
 */
public final class LocalPool implements AutoCloseable {
    private static final long DEADLINE_S = 10;

    private final Vertx vertx;
    private final PoolConfig config;
    private final SessionPool pool;
    private final Faults faults;
    private final PoolEvents events;
    private final PoolVerticle verticle;
    private final String deployment;

    private LocalPool(Vertx vertx, PoolConfig config, PoolEvents events, InstantSource clock) {
        this.vertx = vertx;
        this.config = config;
        this.events = events;
        this.pool = new SessionPool(config.settings(), clock);
        this.faults = new Faults(config.faultSeed().orElseGet(() -> new Random().nextLong()), config.faults());
        this.verticle = new PoolVerticle(vertx, config, pool, faults, events, clock);
        this.deployment = await(vertx.deployVerticle(verticle), "listen on " + config.host() + ":" + config.port());
    }

    /**
     * Returns when the pool answers.
     *
     * @throws IllegalStateException
     *             if it can't listen
     */
    public static LocalPool start(Vertx vertx, PoolConfig config, PoolEvents events) {
        return start(vertx, config, events, InstantSource.system());
    }

    static LocalPool start(Vertx vertx, PoolConfig config, PoolEvents events, InstantSource clock) {
        var started = new LocalPool(vertx, config, events, clock);
        events.started(started.endpoint(), config, started.faults.seed());
        return started;
    }

    /** The pool's management endpoint: what Azure calls {@code poolManagementEndpoint}. */
    public String endpoint() {
        String host = config.host().contains(":") ? "[" + config.host() + "]" : config.host();
        return "http://" + host + ":" + port();
    }

    public int port() {
        return verticle.port();
    }

    public PoolStats stats() {
        return new PoolStats(pool.gauges(), events.answers());
    }

    /** What goes wrong on purpose; add to it and clear it at any time. */
    public Faults faults() {
        return faults;
    }

    public PoolSettings settings() {
        return pool.settings();
    }

    /** Sessions live on; above a smaller max they end by themselves, at the end of a shorter lifecycle at once. */
    public void change(PoolSettings settings) {
        pool.change(settings);
        await(verticle.cutEnded(), "apply the settings");
    }

    /**
     * What an update of the pool does in Azure: all sessions are lost with what is in flight, and the warm containers
     * start anew. Answers how many sessions that were.
     */
    public int update() {
        int lost = pool.update();
        await(verticle.cutEnded(), "cut the sessions");
        return lost;
    }

    /** The container of a session exits: the slot is free and what is in flight is cut. False if there is none. */
    public boolean exit(String identifier) {
        boolean existed = pool.exit(identifier);
        await(verticle.cutEnded(), "cut the session");
        return existed;
    }

    /** Cuts what is in flight and stops listening. A second call does nothing. */
    @Override
    public void close() {
        if (vertx.deploymentIDs().contains(deployment)) {
            await(vertx.undeploy(deployment), "stop");
        }
    }

    private static <T> T await(Future<T> future, String doing) {
        Future<T> explained = future.recover(cause -> Future.failedFuture(new IllegalStateException(
                "The session pool could not " + doing + ": " + cause.getMessage(), cause)));
        try {
            return explained.await(DEADLINE_S, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            throw new IllegalStateException("The session pool could not " + doing + " in " + DEADLINE_S + " s", late);
        }
    }
}
