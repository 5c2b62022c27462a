package dev.penstock.gateway;

import dev.penstock.contracts.Queues;
import dev.penstock.gateway.process.GatewayConfig;
import dev.penstock.gateway.process.GatewayEvents;
import dev.penstock.gateway.store.ApiKey;
import dev.penstock.gateway.store.Database;
import dev.penstock.gateway.store.ServedBefore;
import dev.penstock.gateway.store.StoreAddress;
import dev.penstock.servicebus.EmbeddedServiceBus;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** A gateway on a broker of its own, both on free ports. */
public final class GatewayFixture implements AutoCloseable {
    public static final String API_KEY = "test-key-0123456789";

    private final Vertx vertx = Vertx.vertx();
    private final EmbeddedServiceBus bus;
    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Map<String, String> environment;
    private Gateway gateway;

    private GatewayFixture(EmbeddedServiceBus bus, Path folder, Map<String, String> extra, Footing footing) {
        this.bus = bus;
        this.environment = new HashMap<>(Map.of("PENSTOCK_SERVICEBUS_CONNECTION_STRING", bus.connectionString(),
                "PENSTOCK_GATEWAY_PORT", "0", "PENSTOCK_STORE", folder.resolve("jobs.db").toString(),
                "PENSTOCK_API_KEY", API_KEY, "PENSTOCK_UPKEEP_INTERVAL", "100ms"));
        environment.putAll(extra);
        this.gateway = startGateway(footing);
    }

    public static GatewayFixture start(Path folder) {
        return start(folder, Map.of());
    }

    public static GatewayFixture start(Path folder, Map<String, String> extra) {
        return start(folder, extra, Footing.usual());
    }

    public static GatewayFixture start(Path folder, Map<String, String> extra, InstantSource clock) {
        return start(folder, extra, Footing.usual().withClock(clock));
    }

    public static GatewayFixture start(Path folder, Map<String, String> extra, Footing footing) {
        return new GatewayFixture(startBus(), folder, extra, footing);
    }

    /** Only the gateway is reached through the proxy. */
    public static GatewayFixture start(Path folder, Map<String, String> extra, Proxy proxy) {
        EmbeddedServiceBus bus = startBus();
        Map<String, String> environment = new HashMap<>(extra);
        environment.put("PENSTOCK_SERVICEBUS_CONNECTION_STRING", proxy.leadTo(bus.connectionString(), bus.port()));
        return new GatewayFixture(bus, folder, environment, Footing.usual());
    }

    public Caller caller() {
        return new Caller("http://127.0.0.1:" + gateway.port(), API_KEY);
    }

    /** A caller with a key of that tenant. */
    public Caller caller(String tenant, ApiKey.Scope... scopes) {
        try (ApiKeys keys = keys()) {
            return new Caller("http://127.0.0.1:" + gateway.port(),
                    keys.create(tenant, "test", Set.of(scopes)).text());
        }
    }

    public ApiKeys keys() {
        return ApiKeys.open(StoreAddress.parse(environment.getOrDefault("PENSTOCK_STORE", "")));
    }

    public Tenants tenants() {
        return Tenants.open(StoreAddress.parse(environment.getOrDefault("PENSTOCK_STORE", "")));
    }

    /** As if jobs had been served at that rate in the minute before. */
    public void measured(Instant now, double perSecond) {
        Database store = Database.openBesideGateway(StoreAddress.parse(environment.getOrDefault("PENSTOCK_STORE", "")),
                vertx.getOrCreateContext());
        try {
            ServedBefore.write(store, now, perSecond);
            store.close();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    public int port() {
        return gateway.port();
    }

    public int managementPort() {
        return gateway.managementPort().orElseThrow();
    }

    public EmbeddedServiceBus bus() {
        return bus;
    }

    /** A stand-in for the workers on the same broker. */
    public FakeWorker worker() {
        return new FakeWorker(bus.connectionString());
    }

    public double counted(String name, String... tags) {
        return meters.find(name).tags(tags).counters().stream().mapToDouble(c -> c.count()).sum();
    }

    public void stopGateway() {
        gateway.close();
    }

    /** With other settings from now on. */
    public void restartGateway(Map<String, String> extra) {
        environment.putAll(extra);
        restartGateway();
    }

    public void restartGateway() {
        gateway = startGateway(Footing.usual());
    }

    @Override
    public void close() {
        gateway.close();
        bus.close();
        vertx.close().await();
    }

    private Gateway startGateway(Footing footing) {
        return Gateway.start(vertx, GatewayConfig.from(environment), new GatewayEvents(meters), footing);
    }

    private static EmbeddedServiceBus startBus() {
        var builder = EmbeddedServiceBus.builder();
        for (Queues.Spec queue : Queues.unprefixed().specs()) {
            builder.queue(queue.name(), options -> options.lockDuration(queue.lockDuration())
                    .maxDeliveryCount(queue.maxDeliveryCount())
                    .requiresSession(queue.requiresSession()));
        }
        return builder.start();
    }
}
