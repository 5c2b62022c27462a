package dev.penstock.servicebus.inspection;

import dev.penstock.servicebus.entity.Namespace;
import dev.penstock.servicebus.entity.QueueCounts;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToLongFunction;

/** The broker's gauges in Prometheus' text format. */
final class Metrics {
    private final Map<String, QueueCounts> queues = new LinkedHashMap<>();
    private final int connections;

    Metrics(Namespace namespace, int connections) {
        this.connections = connections;
        for (var queue : namespace.queues()) {
            if (!queue.isDeadLetterQueue()) {
                queues.put(queue.path(), queue.counts());
            }
        }
    }

    String text() {
        var text = new StringBuilder(1024);
        header(text, "servicebus_connections", "Open AMQP connections.");
        text.append("servicebus_connections ").append(connections).append('\n');
        header(text, "servicebus_messages", "Messages of a queue by state.");
        gauge(text, "active", QueueCounts::active);
        gauge(text, "locked", QueueCounts::locked);
        gauge(text, "scheduled", QueueCounts::scheduled);
        gauge(text, "deferred", QueueCounts::deferred);
        gauge(text, "dead_lettered", QueueCounts::deadLettered);
        return text.toString();
    }

    private static void header(StringBuilder text, String name, String help) {
        text.append("# HELP ")
                .append(name)
                .append(' ')
                .append(help)
                .append("\n# TYPE ")
                .append(name)
                .append(" gauge\n");
    }

    private void gauge(StringBuilder text, String state, ToLongFunction<QueueCounts> value) {
        queues.forEach((queue, counts) -> text.append("servicebus_messages{queue=\"")
                .append(escaped(queue))
                .append("\",state=\"")
                .append(state)
                .append("\"} ")
                .append(value.applyAsLong(counts))
                .append('\n'));
    }

    private static String escaped(String label) {
        return label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }
}
