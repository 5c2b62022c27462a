package dev.penstock.gateway.http;

import dev.penstock.gateway.jobs.Jobs;
import dev.penstock.gateway.jobs.Runtimes;
import dev.penstock.gateway.process.GatewayConfig;
import dev.penstock.gateway.process.GatewayEvents;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The HTTP server and its routes. Every handler runs on the gateway's event loop and never blocks it. */
public final class Api implements AutoCloseable {
    private static final int MAX_URI_LENGTH = 4 * 1024;
    private static final int MAX_HEADERS_LENGTH = 16 * 1024;
    private static final int DRAIN_SECONDS = 10;
    /** A connection that waits for its job is silent for {@code maxWait}, so it must be allowed a little more. */
    private static final int IDLE_MARGIN_SECONDS = 15;

    private final HttpServer server;
    private final Jobs jobs;
    private final Context home;

    private Api(HttpServer server, Jobs jobs, Context home) {
        this.server = server;
        this.jobs = jobs;
        this.home = home;
    }

    /** Returns when it listens. Blocks. */
    public static Api start(Vertx vertx, Context home, GatewayConfig config, Jobs jobs, Runtimes runtimes,
            InstantSource clock, GatewayEvents events) {
        Refusals refusals = new Refusals(events);
        Bodies bodies = new Bodies(vertx, config.maxBodyBytes(), config.bodyTimeout());
        JobOperations operations = new JobOperations(config, jobs, runtimes, bodies, clock);
        Router router = routes(Router.router(vertx), config, operations, refusals);
        HttpServer server = vertx.createHttpServer(options(config))
                .requestHandler(router)
                .invalidRequestHandler(refusals::handleUnreadable);
        Promise<HttpServer> listening = Promise.promise();
        home.runOnContext(_ -> server.listen().onComplete(listening));
        return new Api(listening.future().await(), jobs, home);
    }

    public int port() {
        return server.actualPort();
    }

    /** Accepts no more connections and answers what is open, those who wait at once. Blocks, bounded. */
    @Override
    public void close() {
        Future<Void> shutDown = server.shutdown(DRAIN_SECONDS, TimeUnit.SECONDS);
        home.runOnContext(_ -> jobs.wakeAll());
        shutDown.await();
    }

    private static Router routes(Router router, GatewayConfig config, JobOperations operations, Refusals refusals) {
        for (int status : new int[]{400, 404, 500}) {
            router.errorHandler(status, request -> refusals.handle(request, status));
        }
        router.route().handler(new HostCheck(config.allowedHosts()));
        resource(router, "/health", Map.of(HttpMethod.GET, Api::up), refusals);
        resource(router, "/ready", Map.of(HttpMethod.GET, Api::up), refusals);
        router.route("/v1/*").handler(new ApiKeyCheck(config.apiKey()));
        resource(router, "/v1/jobs", Map.of(HttpMethod.POST, operations::submit), refusals);
        resource(router, "/v1/jobs/:id", Map.of(HttpMethod.GET, operations::read), refusals);
        resource(router, "/v1/runtimes", Map.of(HttpMethod.GET, operations::runtimes), refusals);
        return router;
    }

    private static Future<Answer> up(RoutingContext request) {
        return Future.succeededFuture(Answer.json(200, Map.of("status", "up")));
    }

    /** Whoever may GET may HEAD; every other method is answered 405 with those that are allowed. */
    private static void resource(Router router, String path, Map<HttpMethod, Operation> operations, Refusals refusals) {
        TreeSet<String> allowed = operations.keySet()
                .stream()
                .map(HttpMethod::name)
                .collect(Collectors.toCollection(TreeSet::new));
        operations.forEach((method, operation) -> {
            router.route(method, path)
                    .handler(request -> run(operation, request))
                    .failureHandler(request -> refusals.handle(request, 500));
            if (method.equals(HttpMethod.GET)) {
                allowed.add("HEAD");
                router.route(HttpMethod.HEAD, path)
                        .handler(request -> run(operation, request))
                        .failureHandler(request -> refusals.handle(request, 500));
            }
        });
        String allow = String.join(", ", allowed);
        ProblemException refusal = Problem.of(ProblemType.METHOD_NOT_ALLOWED, "Use " + allow + " here.")
                .withHeader("Allow", allow)
                .asException();
        router.route(path)
                .handler(request -> request.fail(refusal))
                .failureHandler(request -> refusals.handle(request, 500));
    }

    private static void run(Operation operation, RoutingContext request) {
        MediaTypes.requireAcceptsJson(request.request());
        operation.answer(request)
                .onSuccess(answer -> answer.writeTo(request.request()))
                .onFailure(request::fail);
    }

    private static HttpServerOptions options(GatewayConfig config) {
        return new HttpServerOptions().setHost(config.host())
                .setPort(config.port())
                .setMaxInitialLineLength(MAX_URI_LENGTH)
                .setMaxHeaderSize(MAX_HEADERS_LENGTH)
                .setHttp2ClearTextEnabled(false)
                .setIdleTimeout((int) config.maxWait().toSeconds() + IDLE_MARGIN_SECONDS);
    }

    /** Answers one kind of request; its failure becomes a problem. */
    private interface Operation {
        Future<Answer> answer(RoutingContext request);
    }
}
