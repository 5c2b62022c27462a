package dev.penstock.bench.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.penstock.bench.Table;
import dev.penstock.bench.Table.Column;
import java.util.List;

/** The one table of all that is measured here. */
final class Rows {
    private static final int MEDIAN = 50;
    private static final int LATE = 99;

    private final Table table = new Table("gateway", System.out,
            List.of(new Column("row", "row", 46), new Column("value", "value", 12), new Column("unit", "unit", 10),
                    new Column("p50Ms", "p50 ms", 10), new Column("p99Ms", "p99 ms", 10),
                    new Column("ratio", "ratio", 8), new Column("aim", "aim", 9), new Column("to", "of", 16)));

    /** A row with latencies; blanks where there is nothing to say. */
    void add(String row, Object value, String unit, Latencies latencies, Object ratio, String aim, String to) {
        table.add(row, value, unit, latencies.percentile(MEDIAN), latencies.percentile(LATE), ratio, aim, to);
    }

    /** A row without latencies. */
    void add(String row, Object value, String unit, String aim) {
        table.add(row, value, unit, "", "", "", aim, "");
    }

    void printJson() throws JsonProcessingException {
        table.printJson();
    }
}
