package dev.penstock.local.pool;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A pool's numbers in Prometheus' text format, version 0.0.4. */
final class Gauges {

    private Gauges() {}

    static String prometheus(PoolStats stats) {
        var text = new StringBuilder();
        text.append("# HELP penstock_pool_sessions Sessions that are executing or allocated; warm containers that are")
                .append(" pending or ready.\n# TYPE penstock_pool_sessions gauge\n");
        var states = new TreeMap<>(Map.of("executing", stats.executing(), "pending", stats.pending(), "ready",
                stats.ready(), "allocated", stats.allocated()));
        states.forEach((state, count) -> sample(text, "penstock_pool_sessions", "state", state, count));
        text.append("# HELP penstock_pool_peak_allocated_sessions The most sessions ever allocated at a time.\n")
                .append("# TYPE penstock_pool_peak_allocated_sessions gauge\npenstock_pool_peak_allocated_sessions ")
                .append(stats.peakAllocated())
                .append('\n');
        text.append("# HELP penstock_pool_answers_total Requests by how they ended.\n")
                .append("# TYPE penstock_pool_answers_total counter\n");
        new TreeMap<>(stats.answers()).forEach((kind, count) -> sample(text, "penstock_pool_answers_total", "kind",
                kind.name().toLowerCase(Locale.ROOT), count));
        return text.toString();
    }

    private static void sample(StringBuilder text, String name, String label, String value, Number number) {
        text.append(name)
                .append('{')
                .append(label)
                .append("=\"")
                .append(value)
                .append("\"} ")
                .append(number)
                .append('\n');
    }
}
