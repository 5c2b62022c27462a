package dev.penstock.bench;

import dev.penstock.bench.broker.BrokerBench;
import dev.penstock.bench.gateway.GatewayBench;
import dev.penstock.bench.pool.PoolBench;
import dev.penstock.bench.runner.RunnerBench;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code ./penstock bench}: each command prints a table for people, then one line of JSON. */
@Command(name = "penstock bench", mixinStandardHelpOptions = true, synopsisHeading = "%nUsage: ", synopsisSubcommandLabel = "COMMAND", commandListHeading = "%nCommands:%n", header = "Measures Penstock against baselines in the same run.", subcommands = {
        BrokerBench.class, GatewayBench.class, PoolBench.class, RunnerBench.class})
public final class Bench {
    private Bench() {}

    public static void main(String[] arguments) {
        // Measuring what logging costs is not the point; what goes wrong shows in the rows.
        System.setProperty("PENSTOCK_LOG_LEVEL", "OFF");
        System.exit(new CommandLine(new Bench()).execute(arguments));
    }
}
