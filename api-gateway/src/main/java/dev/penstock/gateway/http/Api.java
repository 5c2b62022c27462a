package dev.penstock.gateway.http;

import dev.penstock.gateway.guard.EgressGuard;
import dev.penstock.gateway.jobs.Admission;
import dev.penstock.gateway.jobs.Jobs;
import dev.penstock.gateway.jobs.QueueWatch;
import dev.penstock.gateway.jobs.Runtimes;
import dev.penstock.gateway.jobs.Submitting;
import dev.penstock.gateway.jobs.Waits;
import dev.penstock.gateway.jobs.Workers;
import dev.penstock.gateway.oidc.TokenCallers;
import dev.penstock.gateway.process.GatewayConfig;
import dev.penstock.gateway.process.GatewayEvents;
import dev.penstock.gateway.store.ApiKeyStore;
import dev.penstock.gateway.store.BacklogStore;
import dev.penstock.gateway.store.BatchReader;
import dev.penstock.gateway.store.DeliveryStore;
import dev.penstock.gateway.store.JobReader;
import dev.penstock.gateway.webhooks.Deliveries;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The HTTP server and its routes. Every handler runs on the gateway's event loop and never blocks it. */
public final class Api implements AutoCloseable {
    private static final int MAX_URI_LENGTH = 4 * 1024;
    private static final int MAX_HEADERS_LENGTH = 16 * 1024;
    /** How many times a job's body a batch's may have. */
    private static final int BATCH_FACTOR = 4;
    private static final int DRAIN_SECONDS = 10;
    /** A connection that waits for its job is silent for {@code maxWait}, so it must be allowed a little more. */
    private static final int IDLE_MARGIN_SECONDS = 15;

    private final HttpServer server;
    private final Waits waits;
    private final Context home;

    private Api(HttpServer server, Waits waits, Context home) {
        this.server = server;
        this.waits = waits;
        this.home = home;
    }

    /** What the API offers over HTTP. */
    public record Services(Submitting submitting, Jobs jobs, JobReader reader, BatchReader batches, Waits waits,
            Runtimes runtimes,
            DeliveryStore deliveryStore, Deliveries deliveries, EgressGuard guard, ApiKeyStore apiKeys,
            Optional<TokenCallers> tokens, BacklogStore backlog, QueueWatch queue, Workers workers,
            Admission admission) {
    }

    /** Returns when it listens. Blocks. */
    public static Api start(Vertx vertx, Context home, GatewayConfig config, Services services,
            Readiness readiness, InstantSource clock, GatewayEvents events) {
        CommonHeaders headers = new CommonHeaders(clock);
        Refusals refusals = new Refusals(headers, events);
        Connections connections = new Connections(vertx, config.http().maxConnections(), config.http().idleTimeout(),
                events);
        Router router = Router.router(vertx);
        router.route().handler(connections);
        addRoutes(new Resources(router, refusals), vertx, config, services, readiness, clock);
        HttpServer server = vertx.createHttpServer(options(config))
                .connectionHandler(connections::opened)
                .requestHandler(headers.before(router))
                .invalidRequestHandler(refusals::handleUnreadable);
        Promise<HttpServer> listening = Promise.promise();
        home.runOnContext(_ -> server.listen().onComplete(listening));
        return new Api(listening.future().await(), services.waits(), home);
    }

    public int port() {
        return server.actualPort();
    }

    /** Accepts no more connections and answers what is open, those who wait at once. Blocks, bounded. */
    @Override
    public void close() {
        Future<Void> shutDown = server.shutdown(DRAIN_SECONDS, TimeUnit.SECONDS);
        home.runOnContext(_ -> waits.stop());
        shutDown.await();
    }

    static void addRoutes(Resources resources, Vertx vertx, GatewayConfig config, Services services,
            Readiness readiness, InstantSource clock) {
        BodyBudget budget = new BodyBudget(config.maxBodiesBytes());
        Bodies bodies = new Bodies(vertx, budget, config.maxBodyBytes(), config.bodyTimeout());
        WebhookIntake webhooks = new WebhookIntake(services.guard(), config.webhooks().box());
        Intake intake = new Intake(services.runtimes(), webhooks, config.defaultDeadline(), config.maxDeadline(),
                clock);
        JobOperations jobs = new JobOperations(services.submitting(), services.jobs(), services.reader(),
                services.waits(),
                services.runtimes(), intake, services.queue(), bodies, config.maxWait());
        Bodies batchBodies = new Bodies(vertx, budget, config.maxBodyBytes() * BATCH_FACTOR, config.bodyTimeout());
        BatchOperations batches = new BatchOperations(services.submitting(), services.jobs(), services.batches(),
                services.waits(), intake, webhooks, batchBodies, config.maxWait());
        DeliveryOperations deliveries = new DeliveryOperations(services.deliveryStore(), services.deliveries());
        PistonOperations piston = new PistonOperations(services.submitting(), services.waits(), services.runtimes(),
                intake, bodies, config.maxWait());
        EventStreams streams = new EventStreams(vertx, services.waits(), services.queue(),
                config.http().heartbeat());

        if (config.managementPort().isEmpty()) {
            readiness.addTo(resources);
        }
        resources.guard("/*", new HeaderCheck());
        resources.guard("/*", new HostCheck(config.allowedHosts()));
        resources.guard("/*", new Cors(config.http().corsOrigins()));
        new Documentation(vertx).addTo(resources);
        CallerCheck keys = new CallerCheck(new Callers(config.apiKey(), services.apiKeys(), clock), services.tokens());
        resources.guard("/v1/*", keys);
        resources.guard("/api/*", keys);
        resources.add("/api/v2/runtimes", Map.of(HttpMethod.GET, piston::runtimes));
        resources.add("/api/v2/execute", Map.of(HttpMethod.POST, piston::execute));
        resources.add("/v1/jobs", Map.of(HttpMethod.GET, jobs::list, HttpMethod.POST, jobs::submit));
        resources.add("/v1/jobs/:id", Map.of(HttpMethod.GET, jobs::read, HttpMethod.DELETE, jobs::delete));
        resources.add("/v1/jobs/:id/cancel", Map.of(HttpMethod.POST, jobs::cancel));
        resources.addStream("/v1/jobs/:id/events", streams::followJob);
        resources.add("/v1/batches", Map.of(HttpMethod.GET, batches::list, HttpMethod.POST, batches::submit));
        resources.add("/v1/batches/:id", Map.of(HttpMethod.GET, batches::read, HttpMethod.DELETE, batches::delete));
        resources.add("/v1/batches/:id/cancel", Map.of(HttpMethod.POST, batches::cancel));
        resources.addStream("/v1/batches/:id/events", streams::followBatch);
        for (String owner : List.of("/v1/jobs/:id", "/v1/batches/:id")) {
            resources.add(owner + "/deliveries", Map.of(HttpMethod.GET, deliveries::list));
            resources.add(owner + "/deliveries/:delivery/replay", Map.of(HttpMethod.POST, deliveries::replay));
        }
        StatsOperations stats = new StatsOperations(services.backlog(), services.queue(), services.workers(),
                services.admission());
        resources.add("/v1/stats", Map.of(HttpMethod.GET, stats::read));
        resources.add("/v1/runtimes", Map.of(HttpMethod.GET, jobs::runtimes));
    }

    private static HttpServerOptions options(GatewayConfig config) {
        return limited(config.host(), config.port())
                .setIdleTimeout((int) config.maxWait().toSeconds() + IDLE_MARGIN_SECONDS);
    }

    /** A server of ours, whose requests' heads are bounded. */
    static HttpServerOptions limited(String host, int port) {
        return new HttpServerOptions().setHost(host)
                .setPort(port)
                .setMaxInitialLineLength(MAX_URI_LENGTH)
                .setMaxHeaderSize(MAX_HEADERS_LENGTH)
                .setHttp2ClearTextEnabled(false);
    }
}
