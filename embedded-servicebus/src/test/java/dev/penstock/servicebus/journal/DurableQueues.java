package dev.penstock.servicebus.journal;

import dev.penstock.servicebus.ManualClock;
import dev.penstock.servicebus.entity.Consumer;
import dev.penstock.servicebus.entity.Delivery;
import dev.penstock.servicebus.entity.Message;
import dev.penstock.servicebus.entity.Namespace;
import dev.penstock.servicebus.entity.Queue;
import dev.penstock.servicebus.entity.QueueOptions;
import dev.penstock.servicebus.entity.ReceiveMode;
import dev.penstock.servicebus.entity.RecoveredQueues;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;

/** Queues over a log on some files, with all of the log's threads played by the test, one step at a time. */
final class DurableQueues implements JournalEvents {
    final List<String> events = new ArrayList<>();
    final Namespace namespace;
    private final Deque<Runnable> loop = new ArrayDeque<>();
    private final Deque<Runnable> retries = new ArrayDeque<>();
    private final Deque<Runnable> writer = new ArrayDeque<>();
    private final Deque<Runnable> snapshotter = new ArrayDeque<>();
    private final WriteAheadLog log;
    private boolean snapshotterHeld;

    DurableQueues(JournalFiles files, ManualClock clock, long minBytesToCompact) throws IOException {
        var recovered = new RecoveredQueues();
        log = WriteAheadLog.open(files,
                new LogExecutors(loop::add, retries::add, (Executor) writer::add, snapshotter::add), this,
                minBytesToCompact, recovered::apply);
        namespace = new Namespace(clock, log, (_, _) -> {
        }, recovered);
        namespace.createRemaining();
        log.start(namespace::snapshot, namespace::sizeBytes);
    }

    Queue queue(String name, UnaryOperator<QueueOptions> options) {
        var existing = namespace.find(name);
        return existing != null ? existing : namespace.create(name, options.apply(QueueOptions.DEFAULTS));
    }

    /** Does a command; the list gets "ok" when it is durable, or the reason of a refusal. */
    void perform(Runnable command, List<String> answers) {
        log.perform(() -> {
            command.run();
            return "ok";
        }, answers::add, refusal -> refusal.condition().name());
    }

    /** Lets one of the threads do its next task; false when none has any. */
    boolean step(Random random) {
        var busy = new ArrayList<>(snapshotterHeld ? List.of(loop, writer) : List.of(loop, writer, snapshotter));
        busy.removeIf(Deque::isEmpty);
        if (busy.isEmpty()) {
            return false;
        }
        busy.get(random.nextInt(busy.size())).removeFirst().run();
        return true;
    }

    /** While it is held, the snapshotter's thread does nothing. */
    void holdSnapshotter(boolean held) {
        snapshotterHeld = held;
    }

    void settle() {
        var random = new Random(1);
        while (step(random)) {
            // Until nothing is left to do.
        }
    }

    void aSecondPasses() {
        var due = List.copyOf(retries);
        retries.clear();
        due.forEach(Runnable::run);
        settle();
    }

    static Message message(String id) {
        return new Message(id, null, Message.FOREVER, 0, id.getBytes(StandardCharsets.UTF_8));
    }

    /** Locks one message, {@code null} when there is none. */
    static Delivery receive(Queue queue) {
        var received = new ArrayDeque<Delivery>();
        queue.consumerReady(new Consumer() {
            @Override
            public ReceiveMode mode() {
                return ReceiveMode.PEEK_LOCK;
            }

            @Override
            public boolean ready() {
                return received.isEmpty();
            }

            @Override
            public void deliver(Delivery delivery) {
                received.add(delivery);
            }
        });
        return received.getFirst();
    }

    @Override
    public void failing(IOException cause) {
        events.add("failing");
    }

    @Override
    public void working() {
        events.add("working");
    }

    @Override
    public void compactionFailed(IOException cause) {
        events.add("compaction failed");
    }
}
