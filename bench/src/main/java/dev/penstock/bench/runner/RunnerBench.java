package dev.penstock.bench.runner;

import dev.penstock.bench.Table;
import dev.penstock.bench.Table.Column;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Programs through a session container, beside the same sandbox in a shell loop, in one run. */
@Command(name = "runner", mixinStandardHelpOptions = true, header = "What the session container adds to the bare sandbox, and how fast it starts.", footer = {
        "", "Every run starts a Python of its own that prints 42.",
        "same: the command that the container starts, in a shell loop; with init.pl, which supervises and reports.",
        "bare: the same sandbox with nothing but the interpreter in it.",
        "Ratios of starts are to the one without a cache. Takes a bit more than a minute."})
public final class RunnerBench implements Callable<Integer> {
    private static final int[] CONCURRENCY = {1, 2, 4};
    private static final int MOST = 4;
    /** Rows take turns, so that whatever else the machine does meets all of them. */
    private static final int ROUNDS = 3;
    private static final int RUNS_PER_ROUND = 60;
    /** Until the JVM has compiled what it will. */
    private static final int WARMING_RUNS = 100;
    private static final int STARTS = 3;

    private final Table table = new Table("runner", System.out,
            List.of(new Column("row", "row", 33), new Column("concurrency", "at a time", 10),
                    new Column("perSecond", "runs/s", 9), new Column("ofSame", "of same", 9),
                    new Column("ofBare", "of bare", 9), new Column("p50Ms", "p50 ms", 10),
                    new Column("p50OfSame", "of same", 9), new Column("p50OfBare", "of bare", 9)));

    @Override
    public Integer call() throws Exception {
        try (ContainerRuns container = new ContainerRuns(MOST);
                BareLoop bare = new BareLoop(container.isolation(), MOST)) {
            container.run(MOST, WARMING_RUNS);
            for (int lanes : CONCURRENCY) {
                compare(lanes, bare, container);
            }
        }
        starts();
        table.printJson();
        return 0;
    }

    private void compare(int lanes, BareLoop bare, ContainerRuns container) throws Exception {
        Measured alone = Measured.none();
        Measured same = Measured.none();
        Measured contained = Measured.none();
        for (int round = 0; round < ROUNDS; round++) {
            int runsEach = RUNS_PER_ROUND / lanes;
            alone = alone.then(bare.run(BareLoop.First.INTERPRETER, lanes, runsEach));
            same = same.then(bare.run(BareLoop.First.INIT, lanes, runsEach));
            contained = contained.then(container.run(lanes, runsEach));
        }
        add("bare: sandbox in a shell loop", lanes, alone, same, alone);
        add("same: sandbox and init in a loop", lanes, same, same, alone);
        add("session container over HTTP", lanes, contained, same, alone);
    }

    private void add(String name, int lanes, Measured measured, Measured same, Measured bare) {
        table.add(name, lanes, measured.perSecond(), measured.perSecond() / same.perSecond(),
                measured.perSecond() / bare.perSecond(), measured.medianMs(), measured.medianMs() / same.medianMs(),
                measured.medianMs() / bare.medianMs());
    }

    private void starts() throws Exception {
        try (ContainerStart start = new ContainerStart()) {
            start.train();
            var without = new ArrayList<Duration>();
            var with = new ArrayList<Duration>();
            for (int i = 0; i < STARTS; i++) {
                without.add(start.withoutCache());
                with.add(start.withCache());
            }
            double slow = Measured.median(without).toNanos() / 1e6;
            double fast = Measured.median(with).toNanos() / 1e6;
            table.add("start to /ready", 1, "-", "-", "-", slow, 1.0, "-");
            table.add("start to /ready, AOT cache", 1, "-", "-", "-", fast, fast / slow, "-");
        }
    }
}
