package dev.penstock.gateway.http;

import dev.penstock.gateway.process.GatewayEvents;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.time.InstantSource;

/** A port of its own for operators: {@code /health}, {@code /ready} and, where the meters are Prometheus', {@code /metrics}. */
public final class Management implements AutoCloseable {
    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final HttpServer server;

    private Management(HttpServer server) {
        this.server = server;
    }

    /** Returns when it listens. Blocks. */
    public static Management start(Vertx vertx, Context home, String host, int port, Readiness readiness,
            InstantSource clock, GatewayEvents events) {
        CommonHeaders headers = new CommonHeaders(clock);
        Router router = Router.router(vertx);
        router.route().handler(headers);
        Resources resources = new Resources(router, new Refusals(headers, events));
        readiness.addTo(resources);
        if (events.meters() instanceof PrometheusMeterRegistry prometheus) {
            resources.addStream("/metrics", request -> request.response()
                    .putHeader("Content-Type", PROMETHEUS_TEXT)
                    .end(prometheus.scrape()));
        }
        HttpServer server = vertx.createHttpServer(new HttpServerOptions().setHost(host).setPort(port))
                .requestHandler(router);
        Promise<HttpServer> listening = Promise.promise();
        home.runOnContext(_ -> server.listen().onComplete(listening));
        return new Management(listening.future().await());
    }

    public int port() {
        return server.actualPort();
    }

    @Override
    public void close() {
        server.close().await();
    }
}
