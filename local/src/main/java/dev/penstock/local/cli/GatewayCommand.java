package dev.penstock.local.cli;

import dev.penstock.gateway.Gateway;
import dev.penstock.gateway.process.GatewayConfig;
import dev.penstock.gateway.process.GatewayEvents;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The HTTP API alone. */
@Command(name = "gateway", mixinStandardHelpOptions = true, sortOptions = false, header = "Starts the HTTP gateway alone.")
final class GatewayCommand implements Callable<Integer> {
    @Option(names = "--port", paramLabel = "P", description = "Port to listen on (default: PENSTOCK_GATEWAY_PORT or 8080; 0: a free one).")
    private @Nullable Integer port;

    @Override
    public Integer call() throws InterruptedException {
        GatewayConfig config = GatewayConfig
                .from(Service.environment(new Service.Overruled("PENSTOCK_GATEWAY_PORT", port)));
        Vertx vertx = Vertx.vertx();
        Gateway gateway = Gateway.start(vertx, config, new GatewayEvents(new SimpleMeterRegistry()));
        Service.runUntilStopped("penstock gateway: ready on port " + gateway.port(), () -> {
            gateway.close();
            vertx.close().await();
            return 0;
        });
        return 0;
    }
}
