package dev.penstock.local.cli;

import dev.penstock.contracts.Queues;
import dev.penstock.local.stack.LocalStack;
import dev.penstock.local.stack.StackConfig;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Everything on this machine, until told to stop. */
@Command(name = "up", mixinStandardHelpOptions = true, sortOptions = false, header = "Starts the whole of Penstock on this machine and keeps it running.", description = "Listens on loopback only. Keys are random, kept in the data folder and printed here.")
final class UpCommand implements Callable<Integer> {
    @Option(names = "--port", paramLabel = "P", description = "The gateway's port (default: 8080; 0: a free one).")
    private @Nullable Integer port;

    @Option(names = "--data", paramLabel = "DIR", description = "Where jobs and keys are kept (default: .penstock beside the launcher).")
    private Path data = Path.of(System.getProperty("penstock.home", "."), ".penstock");

    @Option(names = "--unsafe", description = "Run programs without isolation where none can be had (PENSTOCK_UNSAFE).")
    private boolean unsafe;

    @Override
    public Integer call() throws InterruptedException {
        Map<String, String> settings = new HashMap<>(System.getenv());
        int cores = Runtime.getRuntime().availableProcessors();
        settings.putIfAbsent("PENSTOCK_POOL_MAX_SESSIONS", String.valueOf(cores + 1));
        // Only pool and worker look for these two; any free port will do.
        settings.putIfAbsent("PENSTOCK_SESSION_PORT", "0");
        settings.putIfAbsent("PENSTOCK_POOL_PORT", "0");
        if (unsafe) {
            settings.put("PENSTOCK_UNSAFE", "true");
        }
        if (port != null) {
            settings.put("PENSTOCK_GATEWAY_PORT", port.toString());
        }
        Path folder = data.toAbsolutePath().normalize();
        settings.putIfAbsent("PENSTOCK_SERVICEBUS_DATA", folder.resolve("servicebus").toString());
        LocalStack stack = LocalStack.start(new StackConfig(settings, folder, false));
        Service.runUntilStopped(welcome(stack, new Queues(settings.getOrDefault("PENSTOCK_QUEUE_PREFIX", ""))), () -> {
            stack.close();
            return 0;
        }, stack::hurry);
        return 0;
    }

    private static String welcome(LocalStack stack, Queues queues) {
        String names = queues.specs().stream().map(Queues.Spec::name).collect(Collectors.joining(", "));
        return """
                Penstock is up. Ctrl-C stops it, a second one at once.

                  Gateway      %s
                  API key      %s
                  Service Bus  %s
                  Queues       %s
                  Pool         %s

                Try:
                  curl -s %s/v1/jobs -H 'Authorization: Bearer %s' -H 'Content-Type: application/json' \
                -H 'Prefer: wait=10' -d '{"language": "python", "code": "print(6 * 7)"}'
                """.formatted(stack.gateway(), stack.apiKey(), stack.serviceBusConnectionString(), names,
                stack.pool().endpoint(), stack.gateway(), stack.apiKey());
    }
}
