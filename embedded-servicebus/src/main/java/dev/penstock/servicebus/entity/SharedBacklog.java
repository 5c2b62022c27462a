package dev.penstock.servicebus.entity;

import java.util.LinkedHashSet;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The backlog of a queue without sessions: lowest sequence number first, consumers in turn. */
final class SharedBacklog implements Backlog {
    private final NavigableMap<Long, StoredMessage> messages = new TreeMap<>();
    private final LinkedHashSet<Consumer> readyConsumers = new LinkedHashSet<>();

    @Override
    public void add(StoredMessage message) {
        messages.put(message.sequenceNumber(), message);
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
    public void dispatch(long now, Handover handover) {
        while (!readyConsumers.isEmpty()) {
            if (!readyConsumers.getFirst().ready()) {
                readyConsumers.removeFirst();
                continue;
            }
            var first = messages.pollFirstEntry();
            if (first == null) {
                return;
            }
            var consumer = readyConsumers.removeFirst();
            handover.deliver(consumer, first.getValue());
            readyConsumers.addLast(consumer);
        }
    }

    @Override
    public Stream<StoredMessage> deliverable(@Nullable Consumer consumer) {
        return messages.values().stream();
    }
}
