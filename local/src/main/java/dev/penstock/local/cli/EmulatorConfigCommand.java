package dev.penstock.local.cli;

import dev.penstock.configuration.Settings;
import dev.penstock.contracts.Queues;
import dev.penstock.local.stack.EmulatorConfigFile;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Penstock's queues for Microsoft's emulator. */
@Command(name = "emulator-config", mixinStandardHelpOptions = true, header = "Prints the Config.json with Penstock's queues for Microsoft's Service Bus emulator.", description = "PENSTOCK_QUEUE_PREFIX is put before every name.")
final class EmulatorConfigCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        var settings = new Settings(System.getenv());
        var queues = settings.read("PENSTOCK_QUEUE_PREFIX", Queues::new).or(Queues.unprefixed());
        settings.verify();
        System.out.print(EmulatorConfigFile.of(queues.get()));
        return 0;
    }
}
