package dev.penstock.bench.gateway;

import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A gateway's submits, waiting clients and reads, each beside what they are to be judged by, in one run. */
@Command(name = "gateway", mixinStandardHelpOptions = true, header = "What the gateway's durability, waiting clients and stored jobs cost.", footer = {
        "", "Submits go over HTTP, 64 at a time; broker, gateway and clients share this machine and process.",
        "Without storing, without sending: the same gateway, given a store or a queue that does nothing.",
        "Plain inserts: the rows of a submit into the same tables of a SQLite file, as durable, one thread.",
        "Waiting clients: half of them follow a stream, half wait for an answer; the gateway is a process of its own.",
        "Reads: two gateways, one with few jobs stored and one with many, take turns.",
        "Takes about two minutes and, for the reads, the time to store a million jobs."})
public final class GatewayBench implements Callable<Integer> {
    private enum Part {
        SUBMITS, WAITS, READS
    }

    @Option(names = "--only", split = ",", description = "What to measure: ${COMPLETION-CANDIDATES}; all unless set.")
    private Set<Part> parts = EnumSet.allOf(Part.class);

    @Override
    public Integer call() throws Exception {
        Rows rows = new Rows();
        if (parts.contains(Part.SUBMITS)) {
            new SubmitRows().run(rows);
        }
        if (parts.contains(Part.WAITS)) {
            new WaitRows().run(rows);
        }
        rows.printJson();
        return 0;
    }
}
