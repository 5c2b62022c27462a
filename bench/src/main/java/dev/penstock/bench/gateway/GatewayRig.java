package dev.penstock.bench.gateway;

import dev.penstock.gateway.Footing;
import dev.penstock.gateway.Gateway;
import dev.penstock.gateway.process.GatewayConfig;
import dev.penstock.gateway.process.GatewayEvents;
import dev.penstock.local.stack.LocalServiceBus;
import dev.penstock.servicebus.EmbeddedServiceBus;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A gateway in this process, with a durable broker of its own. */
final class GatewayRig implements AutoCloseable {
    static final String API_KEY = "key-of-the-gateway-bench";

    private final Vertx vertx = Vertx.vertx();
    private final EmbeddedServiceBus broker;
    private final Gateway gateway;

    /**
     * @param store
     *            as {@code PENSTOCK_STORE}
     */
    GatewayRig(Path brokerFolder, String store, Footing footing) {
        broker = durableBroker(brokerFolder);
        gateway = Gateway.start(vertx, GatewayConfig.from(settings(broker, store)),
                new GatewayEvents(new SimpleMeterRegistry()), footing);
    }

    /** With a SQLite file in that folder. */
    static GatewayRig in(Path folder, Footing footing) {
        return new GatewayRig(folder.resolve("broker"), folder.resolve("jobs.db").toString(), footing);
    }

    static EmbeddedServiceBus durableBroker(Path folder) {
        return LocalServiceBus.start(Map.of("PENSTOCK_SERVICEBUS_PORT", "0", "PENSTOCK_SERVICEBUS_KEY",
                "a2V5LW9mLXRoZS1iZW5jaA==", "PENSTOCK_SERVICEBUS_DATA", folder.toString()));
    }

    /** A gateway's environment: nothing is refused or forgotten here for being too much or too old. */
    static Map<String, String> settings(EmbeddedServiceBus broker, String store) {
        return new HashMap<>(Map.of("PENSTOCK_SERVICEBUS_CONNECTION_STRING", broker.connectionString(),
                "PENSTOCK_GATEWAY_PORT", "0", "PENSTOCK_STORE", store, "PENSTOCK_API_KEY", API_KEY,
                "PENSTOCK_MAX_OPEN_JOBS", "none", "PENSTOCK_MAX_WAIT", "10m", "PENSTOCK_RETENTION", "87600h"));
    }

    int port() {
        return gateway.port();
    }

    @Override
    public void close() {
        gateway.close();
        broker.close();
        vertx.close().await();
    }
}
