package dev.penstock.local.stack;

import dev.penstock.gateway.Gateway;
import dev.penstock.gateway.process.GatewayConfig;
import dev.penstock.gateway.process.GatewayEvents;
import dev.penstock.local.pool.LocalPool;
import dev.penstock.local.pool.PoolConfig;
import dev.penstock.local.pool.PoolEvents;
import dev.penstock.local.stack.Parts.Part;
import dev.penstock.servicebus.EmbeddedServiceBus;
import dev.penstock.session.SessionConfig;
import dev.penstock.session.SessionContainer;
import dev.penstock.worker.Worker;
import dev.penstock.worker.WorkerConfig;
import dev.penstock.worker.events.WorkerEvents;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The whole of Penstock in one process, made of the very parts that run in Azure: broker, session container, pool,
 * worker and gateway, each told where the others are by the settings that it would read from its environment. With
 * {@code PENSTOCK_POOL_TARGET} set, that is the session container, and none is started.
 */
public final class LocalStack implements AutoCloseable {
    private final Parts parts;
    private final EmbeddedServiceBus serviceBus;
    private final LocalPool pool;
    private final Worker worker;
    private final Gateway gateway;
    private final String apiKey;

    private LocalStack(Parts parts, EmbeddedServiceBus serviceBus, LocalPool pool, Worker worker, Gateway gateway,
            String apiKey) {
        this.parts = parts;
        this.serviceBus = serviceBus;
        this.pool = pool;
        this.worker = worker;
        this.gateway = gateway;
        this.apiKey = apiKey;
    }

    /**
     * Starts all parts and returns when the gateway takes jobs; blocking.
     *
     * @throws dev.penstock.configuration.InvalidConfigurationException
     *             if a setting is wrong; whatever had started is stopped again
     */
    public static LocalStack start(StackConfig config) {
        Parts parts = new Parts();
        try {
            return start(config, parts);
        } catch (RuntimeException failed) {
            try {
                parts.close();
            } catch (RuntimeException alsoFailed) {
                failed.addSuppressed(alsoFailed);
            }
            throw failed;
        }
    }

    private static LocalStack start(StackConfig config, Parts parts) {
        if (config.temporary()) {
            parts.add(Part.DATA, new TemporaryFolder(config.data()));
        }
        LocalKeys keys = new LocalKeys(config.data());
        Map<String, String> settings = new HashMap<>(config.settings());
        settings.computeIfAbsent("PENSTOCK_SERVICEBUS_KEY", _ -> keys.serviceBusKey());
        String poolToken = settings.computeIfAbsent("PENSTOCK_POOL_TOKEN", _ -> keys.poolToken());
        settings.computeIfAbsent("PENSTOCK_SECRET_KEY", _ -> keys.secretKey());
        settings.computeIfAbsent("PENSTOCK_SESSION_TOKEN", _ -> keys.sessionToken());
        String apiKey = settings.computeIfAbsent("PENSTOCK_API_KEY", _ -> keys.apiKey());
        settings.putIfAbsent("PENSTOCK_STORE", config.data().resolve("jobs.db").toString());

        Map<String, String> given = Map.copyOf(settings);
        CompletableFuture<EmbeddedServiceBus> starting = parts.start(Part.SERVICE_BUS,
                () -> LocalServiceBus.start(given));
        Optional<CompletableFuture<SessionContainer>> session = given.containsKey("PENSTOCK_POOL_TARGET")
                ? Optional.empty()
                : Optional.of(parts.start(Part.SESSION, () -> SessionContainer.start(SessionConfig.from(given))));
        MeterRegistry meters = new SimpleMeterRegistry();
        Vertx vertx = Vertx.vertx();
        parts.add(Part.VERTX, () -> vertx.close().await());
        session.ifPresent(container -> settings.put("PENSTOCK_POOL_TARGET",
                "http://127.0.0.1:" + Parts.running(container).port()));
        LocalPool pool = parts.add(Part.POOL,
                LocalPool.start(vertx, PoolConfig.from(Map.copyOf(settings)), new PoolEvents()));
        settings.put("PENSTOCK_POOL_ENDPOINT", pool.endpoint().toString());
        // The local pool tells of itself what Azure Resource Manager does of its pools.
        settings.put("PENSTOCK_ARM_ENDPOINT", pool.endpoint().toString());
        settings.put("PENSTOCK_ARM_TOKEN", poolToken);
        EmbeddedServiceBus serviceBus = Parts.running(starting);
        settings.put("PENSTOCK_SERVICEBUS_CONNECTION_STRING", serviceBus.connectionString());

        Map<String, String> complete = Map.copyOf(settings);
        CompletableFuture<Worker> worker = parts.start(Part.WORKER,
                () -> Worker.start(vertx, WorkerConfig.from(complete), new WorkerEvents(meters)));
        Gateway gateway = Parts.running(parts.start(Part.GATEWAY,
                () -> Gateway.start(vertx, GatewayConfig.from(complete), new GatewayEvents(meters))));
        return new LocalStack(parts, serviceBus, pool, Parts.running(worker), gateway, apiKey);
    }

    /** Where the gateway listens. */
    public URI gateway() {
        return URI.create("http://127.0.0.1:" + gateway.port());
    }

    /** The key that the gateway takes; a secret. */
    public String apiKey() {
        return apiKey;
    }

    /** How the SDK of any language reaches the broker; holds a secret. */
    public String serviceBusConnectionString() {
        return serviceBus.connectionString();
    }

    /** The broker, to look inside. */
    public EmbeddedServiceBus serviceBus() {
        return serviceBus;
    }

    /** The pool, to look inside. */
    public LocalPool pool() {
        return pool;
    }

    /** Jobs that run are not waited for any longer: a {@link #close} that is under way ends at once. */
    public void hurry() {
        worker.hurry();
    }

    /** Lets running jobs end, up to the worker's drain time-out, and stops everything. */
    @Override
    public void close() {
        parts.close();
    }

    /** Removes what a stack that keeps nothing has written. */
    private record TemporaryFolder(Path folder) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            try (var entries = Files.walk(folder)) {
                for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(entry);
                }
            }
        }
    }
}
