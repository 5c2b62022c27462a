package dev.penstock.gateway.http;

import dev.penstock.gateway.process.GatewayEvents;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.InstantSource;

/** A port of its own for operators: {@code /health}, {@code /ready} and, where the meters are Prometheus', {@code /metrics}. */
public final class Management implements AutoCloseable {
    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private static final int IDLE_SECONDS = 60;

    private final HttpServer server;

    private Management(HttpServer server) {
        this.server = server;
    }

    /** Returns when it listens. Blocks. */
    public static Management start(Vertx vertx, Context home, String host, int port, Readiness readiness,
            InstantSource clock, GatewayEvents events) {
        CommonHeaders headers = new CommonHeaders(clock);
        Router router = Router.router(vertx);
        Refusals refusals = new Refusals(headers, events);
        Resources resources = new Resources(router, refusals);
        readiness.addTo(resources);
        if (events.meters() instanceof PrometheusMeterRegistry prometheus) {
            resources.addStream("/metrics", request -> scrape(request, prometheus));
        }
        HttpServer server = vertx.createHttpServer(Api.limited(host, port).setIdleTimeout(IDLE_SECONDS))
                .requestHandler(headers.before(router))
                .invalidRequestHandler(refusals::handleUnreadable);
        Promise<HttpServer> listening = Promise.promise();
        home.runOnContext(_ -> server.listen().onComplete(listening));
        return new Management(listening.future().await());
    }

    /** In the format that the scraper asks for. */
    private static void scrape(RoutingContext request, PrometheusMeterRegistry prometheus) {
        boolean openMetrics = String.valueOf(request.request().getHeader("Accept"))
                .contains("application/openmetrics-text");
        String format = openMetrics ? OPEN_METRICS : PROMETHEUS_TEXT;
        request.response().putHeader("Content-Type", format).end(prometheus.scrape(format));
    }

    public int port() {
        return server.actualPort();
    }

    @Override
    public void close() {
        server.close().await();
    }
}
