package dev.penstock.local.cli;

import dev.penstock.local.stack.LocalServiceBus;
import dev.penstock.servicebus.EmbeddedServiceBus;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The embedded broker alone. */
@Command(name = "servicebus", mixinStandardHelpOptions = true, sortOptions = false, header = "Starts an embedded Service Bus with the queues that Penstock needs.%n")
final class ServiceBusCommand implements Callable<Integer> {
    @Option(names = "--port", paramLabel = "P", description = "Port to listen on (default: PENSTOCK_SERVICEBUS_PORT or 5672; 0: a free one).")
    private @Nullable Integer port;

    @Override
    public Integer call() throws InterruptedException {
        EmbeddedServiceBus serviceBus = LocalServiceBus
                .start(Service.environment("PENSTOCK_SERVICEBUS_PORT", port));
        Service.runUntilStopped("penstock servicebus: ready on port " + serviceBus.port(), () -> {
            serviceBus.close();
            return 0;
        });
        return 0;
    }
}
