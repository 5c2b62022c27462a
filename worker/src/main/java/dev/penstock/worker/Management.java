package dev.penstock.worker;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A port for operators and probes: {@code /health} (the process lives), {@code /ready} (it takes jobs, or says why not) and,
 * where the meters are Prometheus', {@code /metrics}.
 */
public final class Management implements AutoCloseable {
    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private static final int IDLE_SECONDS = 30;
    private static final long DEADLINE_S = 10;

    private final Worker worker;
    private final MeterRegistry meters;
    private final HttpServer server;
    private volatile boolean stopping;

    private Management(Vertx vertx, String host, int port, Worker worker, MeterRegistry meters) {
        this.worker = worker;
        this.meters = meters;
        var options = new HttpServerOptions().setHost(host).setPort(port).setIdleTimeout(IDLE_SECONDS);
        this.server = vertx.createHttpServer(options).requestHandler(this::answer);
    }

    /**
     * Returns when it listens. Blocks.
     *
     * @throws IllegalStateException
     *             if the port can't be had
     */
    public static Management start(Vertx vertx, String host, int port, Worker worker, MeterRegistry meters) {
        var management = new Management(vertx, host, port, worker, meters);
        try {
            management.server.listen().await(DEADLINE_S, TimeUnit.SECONDS);
            return management;
        } catch (TimeoutException | RuntimeException failed) {
            throw new IllegalStateException("could not listen on " + host + ":" + port
                    + " for management; set PENSTOCK_WORKER_MANAGEMENT_PORT to a free port", failed);
        }
    }

    public int port() {
        return server.actualPort();
    }

    /** From now on the worker is not ready, but healthy: it has jobs to end. */
    public void stop() {
        stopping = true;
    }

    @Override
    public void close() {
        server.close().await();
    }

    private void answer(HttpServerRequest request) {
        if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
            request.response().putHeader("Allow", "GET, HEAD");
            status(request, 405, "only GET is answered here");
            return;
        }
        switch (String.valueOf(request.path())) {
            case "/health" -> status(request, 200, "up");
            case "/ready" -> ready(request, stopping ? Optional.of("stopping") : worker.objection());
            case "/metrics" -> metrics(request);
            default -> status(request, 404, "there are /health, /ready and /metrics");
        }
    }

    private static void ready(HttpServerRequest request, Optional<String> objection) {
        status(request, objection.isEmpty() ? 200 : 503, objection.orElse("ready"));
    }

    private void metrics(HttpServerRequest request) {
        if (meters instanceof PrometheusMeterRegistry prometheus) {
            request.response().putHeader("Content-Type", PROMETHEUS_TEXT).end(prometheus.scrape());
        } else {
            status(request, 404, "this worker keeps no Prometheus metrics");
        }
    }

    private static void status(HttpServerRequest request, int code, String status) {
        request.response()
                .setStatusCode(code)
                .putHeader("Content-Type", "application/json")
                .end(new JsonObject().put("status", status).encode());
    }
}
