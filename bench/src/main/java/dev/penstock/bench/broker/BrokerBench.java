package dev.penstock.bench.broker;

import dev.penstock.bench.Table;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Prints a table of messages per second through the SDK, for the yardstick, the broker in memory and the durable broker, and
 * then the same as one line of JSON. Each cell is the best of three measurements after three to warm up, and the three contenders
 * take turns, so that whatever else the machine does meets all of them.
 */
@Command(name = "broker", mixinStandardHelpOptions = true, header = "The embedded Service Bus, in memory and durable, beside a responder that keeps nothing.", footer = {
        "", "Takes two to three minutes."})
public final class BrokerBench implements Callable<Integer> {
    private static final int ROUNDS = 3;
    private static final int WARM_UP_ROUNDS = 3;

    private record Row(String name, int count, boolean smallerIsBetter, Measurement measurement) {
    }

    @FunctionalInterface
    private interface Measurement {
        double measure(Workload workload, int count) throws Exception;
    }

    private static final String BATCHES = "batches of 100 (msg/s)";

    private static final List<Row> ROWS = List.of(
            new Row("single sends, 64 in flight (msg/s)", 20_000, false, Workload::singleSends),
            new Row(BATCHES, 60_000, false, Workload::batchSends),
            new Row("async receive + complete (msg/s)", 20_000, false, Workload::asyncReceiveAndComplete),
            new Row("send + processor + complete (msg/s)", 10_000, false, Workload::throughProcessor),
            new Row("request, worker, reply p50 (ms)", 1_000, true, (load, n) -> percentile(load.roundTrips(n), 50)));

    private final PrintStream out = System.out;

    @Option(names = "--million", description = "Measure instead what a million queued messages cost, and their recovery. Wants 4 GiB of heap.")
    private boolean million;

    @Option(names = "--row", paramLabel = "WORD", description = "Measure only the rows whose names hold this; may be repeated.")
    private List<String> wanted = List.of("");

    @Override
    public Integer call() throws Exception {
        if (million) {
            var table = new Table("broker-million", out, List.of(new Table.Column("what", "1 KiB messages", 56),
                    new Table.Column("value", "value", 14), new Table.Column("aim", "aim", 10)));
            new MillionMessages(table).run();
            table.printJson();
        } else {
            run();
        }
        return 0;
    }

    private void run() throws Exception {
        List<Contender> contenders = List.of(Contender.yardstick(), Contender.inMemory(), Contender.durable());
        Map<String, Map<String, Double>> results = new LinkedHashMap<>();
        out.printf(Locale.ROOT, "%-38s%14s%14s%14s%12s%12s%n", "1 KiB messages", "yardstick", "in memory", "durable",
                "memory/y.", "durable/y.");
        for (var row : ROWS) {
            if (wanted.stream().noneMatch(row.name()::contains)) {
                continue;
            }
            Map<String, Double> cells = measure(row, contenders);
            results.put(row.name(), cells);
            print(row, new ArrayList<>(cells.values()));
        }
        printDisk(results);
        for (var contender : contenders) {
            contender.stop().close();
        }
        out.println(json(results));
    }

    private static Map<String, Double> measure(Row row, List<Contender> contenders) throws Exception {
        Map<String, Double> cells = new LinkedHashMap<>();
        for (int round = 0; round < WARM_UP_ROUNDS; round++) {
            for (var contender : contenders) {
                row.measurement().measure(new Workload(contender), row.count());
            }
        }
        for (int round = 0; round < ROUNDS; round++) {
            for (var contender : contenders) {
                double value = row.measurement().measure(new Workload(contender), row.count());
                cells.merge(contender.name(), value, row.smallerIsBetter() ? Math::min : Math::max);
            }
        }
        return cells;
    }

    private void print(Row row, List<Double> values) {
        ToDoubleFunction<Double> ratio = value -> value / values.getFirst();
        out.printf(Locale.ROOT, "%-38s%14s%14s%14s%12.2f%12.2f%n", row.name(), number(values.get(0)),
                number(values.get(1)), number(values.get(2)), ratio.applyAsDouble(values.get(1)),
                ratio.applyAsDouble(values.get(2)));
    }

    /** Aims for durable rows mean little without it: disks differ tenfold. */
    private void printDisk(Map<String, Map<String, Double>> results) throws IOException {
        double sync = percentile(DiskSync.milliseconds(), 50);
        results.put("disk", Map.of("104 KiB written and synced p50 (ms)", sync));
        out.printf(Locale.ROOT, "%nThis disk alone takes %.2f ms (p50) to write and sync a batch.%n", sync);
        Map<String, Double> batches = results.get(BATCHES);
        if (batches != null) {
            List<Double> perSecond = List.copyOf(batches.values());
            double yardstick = Workload.BATCH * 1000 / perSecond.getFirst();
            double bound = yardstick / (yardstick + sync);
            out.printf(Locale.ROOT,
                    "The yardstick takes %.2f ms for one; whoever syncs before answering reaches at most %.2f of it.%n",
                    yardstick, bound);
            out.printf(Locale.ROOT, "Durable batches reach %.2f of that.%n",
                    perSecond.getLast() / perSecond.getFirst() / bound);
        }
        out.println();
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 100 ? "%.2f" : "%,.0f", value);
    }

    private static double percentile(List<Double> values, int percent) {
        return values.stream().sorted().toList().get(values.size() * percent / 100);
    }

    private static String json(Map<String, Map<String, Double>> results) {
        var json = new StringBuilder("{");
        results.forEach((row, cells) -> {
            json.append(json.length() > 1 ? "," : "").append('"').append(row).append("\":{");
            var separator = "";
            for (var cell : cells.entrySet()) {
                json.append(separator)
                        .append('"')
                        .append(cell.getKey())
                        .append("\":")
                        .append(String.format(Locale.ROOT, "%.3f", cell.getValue()));
                separator = ",";
            }
            json.append('}');
        });
        return json.append('}').toString();
    }
}
