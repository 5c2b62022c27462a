package dev.penstock.bench.pool;

import dev.penstock.bench.Table;
import dev.penstock.bench.Table.Column;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Workers on a pool of sleeping sessions, beside three baselines, in one run. */
@Command(name = "pool", mixinStandardHelpOptions = true, header = "How close workers come to what a pool can give, beside three baselines.", footer = {
        "", "limit: (max sessions - headroom) / (e + s), with e and s as the direct calls measured them;",
        "for the original's way: max sessions / (e + cooldown).", "Takes about two minutes for each length of jobs."})
public final class PoolBench implements Callable<Integer> {
    private static final int HEADROOM = 1;
    private static final int SLOTS = Rig.MAX_SESSIONS - HEADROOM;
    private static final Duration LONG_COOLDOWN = Duration.ofMinutes(5);
    private static final Duration LONG_JOB = Duration.ofMillis(250);
    private static final Duration SHORT_JOB = Duration.ofMillis(20);
    private static final int LONG_JOBS = 600;
    private static final int SHORT_JOBS = 6_000;

    private enum Part {
        LONG_JOBS, SHORT_JOBS
    }

    @Option(names = "--only", split = ",", description = "What to measure: ${COMPLETION-CANDIDATES}; both unless set.")
    private Set<Part> parts = EnumSet.allOf(Part.class);

    private final Table table = new Table("pool", System.out,
            List.of(new Column("row", "row", 34), new Column("jobMs", "job ms", 8),
                    new Column("perSecond", "jobs/s", 10),
                    new Column("limit", "limit/s", 10), new Column("ofLimit", "of limit", 10),
                    new Column("ofDirect", "of direct", 11), new Column("refused", "429s", 8),
                    new Column("deadLettered", "dead", 7), new Column("peak", "peak", 6)));

    @Override
    public Integer call() throws Exception {
        warmUp();
        if (parts.contains(Part.LONG_JOBS)) {
            longJobs();
        }
        if (parts.contains(Part.SHORT_JOBS)) {
            shortJobs();
        }
        table.printJson();
        return 0;
    }

    private void longJobs() throws Exception {
        DirectCalls.Measured direct = direct(LONG_JOB, LONG_JOBS);
        for (int workers : new int[]{1, 2, 4}) {
            penstock(workers, LONG_JOB, LONG_JOBS, direct);
        }
        abandoning(direct);
    }

    private void shortJobs() throws Exception {
        original(SHORT_JOB);
        DirectCalls.Measured direct = direct(SHORT_JOB, SHORT_JOBS);
        for (int workers : new int[]{1, 2}) {
            penstock(workers, SHORT_JOB, SHORT_JOBS, direct);
        }
    }

    /** The first jobs of a JVM measure its compiler. */
    private static void warmUp() throws Exception {
        try (Rig rig = new Rig(Duration.ofMillis(1), LONG_COOLDOWN); Bus bus = new Bus()) {
            bus.sendJobs(SHORT_JOBS);
            try (PenstockWorkers _ = new PenstockWorkers(1, HEADROOM, bus, rig)) {
                bus.resultsPerSecond(SHORT_JOBS);
            }
        }
    }

    private DirectCalls.Measured direct(Duration jobTime, int jobs) throws InterruptedException {
        try (Rig rig = new Rig(jobTime, LONG_COOLDOWN)) {
            DirectCalls.Measured measured = new DirectCalls(SLOTS, jobs).run(rig);
            double limit = measured.limit(SLOTS);
            table.add("direct calls, " + SLOTS + " slots", jobTime.toMillis(), measured.perSecond(), limit,
                    measured.perSecond() / limit, 1.0, rig.refused(), 0L, rig.peakSessions());
            return measured;
        }
    }

    private void penstock(int workers, Duration jobTime, int jobs, DirectCalls.Measured direct) throws Exception {
        try (Rig rig = new Rig(jobTime, LONG_COOLDOWN); Bus bus = new Bus()) {
            bus.sendJobs(jobs);
            try (PenstockWorkers _ = new PenstockWorkers(workers, HEADROOM, bus, rig)) {
                double rate = bus.resultsPerSecond(jobs);
                add("Penstock, " + workers + (workers == 1 ? " worker" : " workers"), jobTime, rate, direct, rig, bus);
            }
        }
    }

    private void abandoning(DirectCalls.Measured direct) throws InterruptedException {
        try (Rig rig = new Rig(LONG_JOB, LONG_COOLDOWN); Bus bus = new Bus()) {
            bus.sendJobs(LONG_JOBS);
            double rate = new AbandoningProcessor(2 * Rig.MAX_SESSIONS, LONG_JOBS).run(rig, bus);
            add("processor that abandons on 429", LONG_JOB, rate, direct, rig, bus);
        }
    }

    private void original(Duration jobTime) {
        Duration cooldown = jobTime.multipliedBy(100);
        try (Rig rig = new Rig(jobTime, cooldown)) {
            double rate = new NeverStopping(Rig.MAX_SESSIONS, cooldown.multipliedBy(5)).run(rig);
            double limit = Rig.MAX_SESSIONS / ((jobTime.toMillis() + cooldown.toMillis()) / 1e3);
            table.add("the original's way, cooldown " + cooldown.toMillis() + " ms", jobTime.toMillis(), rate, limit,
                    rate / limit, "-", rig.refused(), 0L, rig.peakSessions());
        }
    }

    private void add(String name, Duration jobTime, double rate, DirectCalls.Measured direct, Rig rig, Bus bus) {
        double limit = direct.limit(SLOTS);
        table.add(name, jobTime.toMillis(), rate, limit, rate / limit, rate / direct.perSecond(), rig.refused(),
                bus.deadLettered(), rig.peakSessions());
    }
}
