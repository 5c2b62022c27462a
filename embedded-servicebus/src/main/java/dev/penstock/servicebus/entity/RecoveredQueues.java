package dev.penstock.servicebus.entity;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Queues as a journal has them, before a {@link Namespace} takes them over. */
public final class RecoveredQueues {
    private final Map<String, QueueOptions> options = new LinkedHashMap<>();
    private final Map<String, MessageStore> stores = new LinkedHashMap<>();

    /** Applies the next change. */
    public void apply(String path, Change change) {
        switch (change) {
            case Change.Defined(var defined) -> options.put(path, defined);
            case Change.Dropped() -> {
                options.remove(path);
                stores.remove(path);
                stores.remove(Namespace.deadLetterPath(path));
            }
            case Change.OfStore ofStore -> stores.computeIfAbsent(path, _ -> new MessageStore()).apply(ofStore);
        }
    }

    Map<String, QueueOptions> definitions() {
        return Map.copyOf(options);
    }

    /** What was stored in the queue of this path, empty if nothing was. */
    MessageStore take(String path) {
        var store = stores.remove(path);
        return store == null ? new MessageStore() : store;
    }

    /** The options that the queue had, {@code null} if it did not exist. */
    @Nullable
    QueueOptions takeDefinition(String path) {
        return options.remove(path);
    }
}
