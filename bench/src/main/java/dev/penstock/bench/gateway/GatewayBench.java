package dev.penstock.bench.gateway;

import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A gateway's submits, waiting clients and reads, each beside what they are to be judged by, in one run. */
@Command(name = "gateway", mixinStandardHelpOptions = true, header = "What the gateway's durability, waiting clients and stored jobs cost.", footer = {
        "", "Submits go over HTTP, 64 at a time; broker, gateway and clients share this machine and process.",
        "Without storing, without sending: the same gateway, given a store or a queue that does nothing.",
        "Plain inserts: the rows of a submit into the same tables of a SQLite file, as durable, one thread.",
        "Waiting clients: half of them follow a stream, half wait for an answer; the gateway is a process of its own.",
        "Reads: two gateways, one with few jobs stored and one with many, take turns.",
        "Submits take two minutes, waiting clients one, reads some minutes, most of them to store a million jobs."})
public final class GatewayBench implements Callable<Integer> {
    private enum Part {
        SUBMITS, WAITS, READS
    }

    @Option(names = "--only", split = ",", description = "What to measure: ${COMPLETION-CANDIDATES}; all unless set.")
    private Set<Part> parts = EnumSet.allOf(Part.class);

    @Option(names = "--stored", paramLabel = "N", description = "Jobs that are many, a multiple of 100 (default: ${DEFAULT-VALUE}).")
    private int stored = 1_000_000;

    @Option(names = "--postgres", paramLabel = "URL", description = "Measure reads at PostgreSQL, in databases that are made on this server (postgresql://user:password@host/database) and dropped again; else at SQLite.")
    private @Nullable String postgres;

    @Override
    public Integer call() throws Exception {
        Rows rows = new Rows();
        if (parts.contains(Part.SUBMITS)) {
            new SubmitRows().run(rows);
        }
        if (parts.contains(Part.WAITS)) {
            new WaitRows().run(rows);
        }
        if (parts.contains(Part.READS)) {
            reads(rows);
        }
        rows.printJson();
        return 0;
    }

    private void reads(Rows rows) throws Exception {
        if (postgres == null) {
            try (TempFolder folder = TempFolder.create()) {
                new ReadRows(stored, ReadRows.files(folder.path())).run(rows);
            }
        } else {
            try (PostgresStores stores = new PostgresStores(postgres)) {
                new ReadRows(stored, stores).run(rows);
            }
        }
    }
}
