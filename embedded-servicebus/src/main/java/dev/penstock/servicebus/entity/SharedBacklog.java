package dev.penstock.servicebus.entity;

import java.util.LinkedHashSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The backlog of a queue without sessions: lowest sequence number first, consumers in turn. */
final class SharedBacklog implements Backlog {
    private final NumberedMessages messages = new NumberedMessages();
    private final LinkedHashSet<Consumer> readyConsumers = new LinkedHashSet<>();

    @Override
    public void add(StoredMessage message) {
        messages.put(message);
    }

    @Override
    public void remove(StoredMessage message) {
        messages.remove(message.sequenceNumber());
    }

    @Override
    public void consumerReady(Consumer consumer) {
        readyConsumers.add(consumer);
    }

    @Override
    public void consumerGone(Consumer consumer) {
        readyConsumers.remove(consumer);
    }

    @Override
    public void consumerLost(Consumer consumer) {
        readyConsumers.remove(consumer);
    }

    @Override
    public void dispatch(Moment now, Handover handover) {
        while (!readyConsumers.isEmpty()) {
            if (!readyConsumers.getFirst().ready()) {
                readyConsumers.removeFirst();
                continue;
            }
            var first = messages.pollFirst();
            if (first == null) {
                return;
            }
            var consumer = readyConsumers.removeFirst();
            handover.deliver(consumer, first);
            readyConsumers.addLast(consumer);
        }
    }

    @Override
    public Stream<StoredMessage> deliverable(@Nullable Consumer consumer) {
        return messages.all();
    }
}
