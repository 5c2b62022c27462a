package dev.penstock.local.pool;

import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.time.InstantSource;

/** The HTTP server of a pool, and the event loop that everything behind it lives on. */
final class PoolVerticle implements Deployable {
    /** Longer than any request may take, see {@link PoolSettings#LONGEST_REQUEST}. */
    private static final int IDLE_TIMEOUT_S = 360;
    private static final int MAX_HEADER_BYTES = 64 * 1024;

    private final PoolConfig config;
    private final Forwarder forwarder;
    private final HttpServer server;
    private final Promise<Context> home = Promise.promise();

    PoolVerticle(Vertx vertx, PoolConfig config, SessionPool pool, Faults faults, PoolEvents events,
            InstantSource clock) {
        this.config = config;
        var answers = new PlatformAnswers(vertx, config.name(), events);
        this.forwarder = new Forwarder(vertx, config.target(), pool, answers, events, clock);
        var judge = new PoolServer(vertx, config, pool, faults, forwarder, answers, events);
        var options = new HttpServerOptions().setHttp2ClearTextEnabled(false)
                .setHandle100ContinueAutomatically(true)
                .setMaxInitialLineLength(MAX_HEADER_BYTES)
                .setMaxHeaderSize(MAX_HEADER_BYTES)
                .setIdleTimeout(IDLE_TIMEOUT_S);
        this.server = vertx.createHttpServer(options).requestHandler(judge::handle);
    }

    @Override
    public Future<?> deploy(Context context) {
        home.complete(context);
        return server.listen(config.port(), config.host());
    }

    @Override
    public Future<?> undeploy(Context context) {
        return Future.join(server.close(), forwarder.close());
    }

    int port() {
        return server.actualPort();
    }

    /** Cuts what is in flight to sessions that have ended. From any thread; done once the future completes. */
    Future<?> cutEnded() {
        Promise<Void> done = Promise.promise();
        home.future().onSuccess(context -> context.runOnContext(now -> {
            forwarder.cutEnded();
            done.complete();
        }));
        return done.future();
    }
}
