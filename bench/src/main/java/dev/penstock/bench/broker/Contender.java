package dev.penstock.bench.broker;

import dev.penstock.servicebus.EmbeddedServiceBus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** One of those that are compared, and how to stop it. */
record Contender(String name, String connectionString, @Nullable EmbeddedServiceBus bus, AutoCloseable stop) {

    static Contender yardstick() {
        var responder = new BareResponder();
        return new Contender("yardstick", responder.connectionString(), null, responder);
    }

    static Contender inMemory() {
        var bus = EmbeddedServiceBus.builder()
                .queue(BareResponder.CANNED)
                .queue("sink")
                .queue("relay-a")
                .queue("relay-c")
                .queue("relay-d")
                .start();
        return new Contender("in memory", bus.connectionString(), bus, bus);
    }

    static Contender durable() throws IOException {
        var folder = Files.createTempDirectory("servicebus-benchmark");
        var bus = EmbeddedServiceBus.builder()
                .queue(BareResponder.CANNED)
                .queue("sink")
                .queue("relay-a")
                .queue("relay-c")
                .queue("relay-d")
                .dataFolder(folder)
                .start();
        return new Contender("durable", bus.connectionString(), bus, () -> {
            bus.close();
            delete(folder);
        });
    }

    static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Empties the queue that sends go to, so that one measurement does not burden the next. */
    void emptySink() {
        if (bus != null) {
            bus.deleteQueue("sink");
            bus.createQueue("sink", q -> q);
        }
    }
}
