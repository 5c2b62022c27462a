package dev.penstock.servicebus.entity;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All queues of one broker. Names compare without regard to case, as Service Bus does. */
public final class Namespace {
    private static final String DEAD_LETTER_SUFFIX = "/$deadletterqueue";
    private static final int MAX_NAME_LENGTH = 260;

    private final InstantSource clock;
    private final SteadyTime steadyTime;
    private final Journal journal;
    private final Alarms alarms;
    private final RecoveredQueues recovered;
    private final Map<String, Queue> byPath = new LinkedHashMap<>();

    /** @param recovered what queues of the same names held before; they get it back when they are created */
    public Namespace(InstantSource clock, Journal journal, Alarms alarms, RecoveredQueues recovered) {
        this.clock = clock;
        steadyTime = new SteadyTime(clock);
        this.journal = journal;
        this.alarms = alarms;
        this.recovered = recovered;
    }

    /**
     * Creates a queue together with its dead-letter queue.
     *
     * @throws IllegalArgumentException when the name is taken or can't be a queue's, or when what the queue held before does
     *         not fit its options
     */
    public Queue create(String name, QueueOptions options) {
        journal.requireWritable();
        requireName(name);
        if (byPath.containsKey(key(name))) {
            throw new IllegalArgumentException("there is a queue named " + name + " already");
        }
        var store = recovered.store(name);
        if (options.requiresSession()
                && store.messages().all().anyMatch(m -> m.message().sessionId() == null)) {
            throw new IllegalArgumentException("the queue " + name
                    + " holds messages without a session: it can't be made to require sessions before they are received");
        }
        if (!options.equals(recovered.optionsOf(name))) {
            journal.append(name, new Change.Defined(options));
        }
        var deadLetters = new Queue(deadLetterPath(name), options.ofDeadLetterQueue(),
                recovered.store(deadLetterPath(name)), clock, steadyTime, journal, alarms, null);
        var queue = new Queue(name, options, store, clock, steadyTime, journal, alarms, deadLetters);
        byPath.put(key(name), queue);
        byPath.put(key(deadLetters.path()), deadLetters);
        recovered.forget(name);
        return queue;
    }

    /** Creates the queues that were recovered but not created anew, with the options they had. */
    public void createRemaining() {
        for (var definition : recovered.definitions()) {
            create(definition.name(), definition.options());
        }
    }

    /**
     * Drops a queue and its dead-letter queue with all they hold. Whoever still has them is told that they are not found.
     *
     * @return both, so that their clients can be told
     * @throws IllegalArgumentException when there is no such queue, or it is a dead-letter queue
     */
    public List<Queue> drop(String name) {
        journal.requireWritable();
        var queue = find(name);
        var deadLetters = find(deadLetterPath(name));
        if (queue == null || deadLetters == null) {
            throw new IllegalArgumentException("there is no queue named " + name);
        }
        byPath.remove(key(queue.path()));
        byPath.remove(key(deadLetters.path()));
        queue.core().contents().drop();
        deadLetters.core().contents().drop();
        journal.append(queue.path(), new Change.Dropped());
        return List.of(queue, deadLetters);
    }

    /** All queues, so that {@link RecoveredQueues} can be made from it. */
    public List<QueueSnapshot> snapshot() {
        List<QueueSnapshot> snapshots = new ArrayList<>();
        for (var queue : byPath.values()) {
            if (!queue.isDeadLetterQueue()) {
                snapshots.add(new QueueSnapshot(queue.path(), List.of(new Change.Defined(queue.options()))));
            }
            snapshots.add(new QueueSnapshot(queue.path(), queue.core().contents().snapshot()));
        }
        return snapshots;
    }

    /** Bytes of all messages, as their senders encoded them. */
    public long sizeBytes() {
        long bytes = 0;
        for (var queue : byPath.values()) {
            bytes += queue.core().sizeBytes();
        }
        return bytes;
    }

    static String deadLetterPath(String name) {
        return name + DEAD_LETTER_SUFFIX;
    }

    private static void requireName(String name) {
        if (name.isBlank() || name.length() > MAX_NAME_LENGTH || name.indexOf('$') >= 0 || name.startsWith("/")
                || name.endsWith("/")) {
            throw new IllegalArgumentException("a queue name has 1 to " + MAX_NAME_LENGTH
                    + " characters, no $ and no slash at either end; not \"" + name + "\"");
        }
    }

    /** Finds a queue or, by the path {@code <queue>/$deadletterqueue}, a dead-letter queue. */
    public @Nullable Queue find(String path) {
        return byPath.get(key(path));
    }

    /**
     * Finds a queue like {@link #find}.
     *
     * @throws RefusedException when there is no such queue
     */
    public Queue require(String path) {
        var queue = find(path);
        if (queue == null) {
            throw notFound(path);
        }
        return queue;
    }

    /** The SDKs know "not found" by this very sentence and retry anything else for minutes. */
    public static RefusedException notFound(String path) {
        return new RefusedException(Condition.NOT_FOUND,
                "The messaging entity '" + path + "' could not be found. Create the queue or correct its name.");
    }

    /** Queues and dead-letter queues in the order of creation. */
    public List<Queue> queues() {
        return List.copyOf(byPath.values());
    }

    static String key(String path) {
        return path.toLowerCase(Locale.ROOT);
    }
}
