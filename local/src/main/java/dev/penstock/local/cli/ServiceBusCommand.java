package dev.penstock.local.cli;

import dev.penstock.local.stack.LocalServiceBus;
import dev.penstock.servicebus.EmbeddedServiceBus;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The embedded broker alone. */
@Command(name = "servicebus", mixinStandardHelpOptions = true, sortOptions = false, header = "Starts an embedded Service Bus, by default with the queues that Penstock needs.", description = {
        "Clients connect with",
        "  Endpoint=sb://127.0.0.1:PORT;SharedAccessKeyName=RootManageSharedAccessKey;"
                + "SharedAccessKey=KEY;UseDevelopmentEmulator=true",
        "Without a key it listens on loopback only and lets every client in."})
final class ServiceBusCommand implements Callable<Integer> {
    @Option(names = "--port", paramLabel = "P", description = "Port to listen on (default: PENSTOCK_SERVICEBUS_PORT or 5672; 0: a free one).")
    private @Nullable Integer port;

    @Option(names = "--config", paramLabel = "F", description = "A Config.json as Microsoft's emulator takes it, in place of Penstock's queues.")
    private @Nullable Path config;

    @Option(names = "--data", paramLabel = "DIR", description = "Keeps messages here, over crashes and power loss (default: in memory only).")
    private @Nullable Path data;

    @Option(names = "--key-file", paramLabel = "F", description = "The shared access key is this file's text; a missing file is made with a random one.")
    private @Nullable Path keyFile;

    @Override
    public Integer call() throws InterruptedException {
        EmbeddedServiceBus serviceBus = LocalServiceBus
                .start(Service.environment(new Service.Overruled("PENSTOCK_SERVICEBUS_PORT", port),
                        new Service.Overruled("PENSTOCK_SERVICEBUS_CONFIG", config),
                        new Service.Overruled("PENSTOCK_SERVICEBUS_DATA", data),
                        new Service.Overruled("PENSTOCK_SERVICEBUS_KEY_FILE", keyFile)));
        Service.runUntilStopped("penstock servicebus: ready on port " + serviceBus.port(), () -> {
            serviceBus.close();
            return 0;
        });
        return 0;
    }
}
