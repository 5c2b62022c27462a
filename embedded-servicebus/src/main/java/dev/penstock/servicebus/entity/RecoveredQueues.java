package dev.penstock.servicebus.entity;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Queues as a journal has them, before a {@link Namespace} takes them over. Found without regard to the case of their names. */
public final class RecoveredQueues {
    /** A queue as it was: a start may name it in other letters. */
    record Definition(String name, QueueOptions options) {
    }

    private final Map<String, Definition> definitions = new LinkedHashMap<>();
    private final Map<String, MessageStore> stores = new LinkedHashMap<>();

    /** Applies the next change. */
    public void apply(String path, Change change) {
        var key = Namespace.key(path);
        switch (change) {
            case Change.Defined(var options) -> definitions.put(key, new Definition(path, options));
            case Change.Dropped() -> {
                definitions.remove(key);
                stores.remove(key);
                stores.remove(Namespace.deadLetterPath(key));
            }
            case Change.OfStore ofStore -> stores.computeIfAbsent(key, _ -> new MessageStore()).apply(ofStore);
        }
    }

    /** Those that nobody has taken. */
    List<Definition> definitions() {
        return List.copyOf(definitions.values());
    }

    /** What is stored in the queue of this path, empty if nothing is. */
    MessageStore store(String path) {
        return stores.getOrDefault(Namespace.key(path), new MessageStore());
    }

    /** The queue of this path and its dead-letter queue have been taken over. */
    void forget(String path) {
        var key = Namespace.key(path);
        definitions.remove(key);
        stores.remove(key);
        stores.remove(Namespace.deadLetterPath(key));
    }

    /** The options that the queue had, {@code null} if it did not exist. */
    @Nullable
    QueueOptions optionsOf(String path) {
        var definition = definitions.get(Namespace.key(path));
        return definition == null ? null : definition.options();
    }
}
