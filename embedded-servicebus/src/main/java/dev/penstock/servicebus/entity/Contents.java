package dev.penstock.servicebus.entity;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that one queue holds: the durable store, and the index of what isn't locked. The two change together here, and each
 * durable change goes into the journal first.
 */
final class Contents {
    private final String path;
    private final MessageStore store;
    private final Journal journal;
    private final MessageIndex index;
    private boolean dropped;

    /** @param backlog where deliverable messages wait; filled with those of the store */
    Contents(String path, MessageStore store, Journal journal, Backlog backlog) {
        this.path = path;
        this.store = store;
        this.journal = journal;
        index = new MessageIndex(backlog);
        store.messages().all().forEach(index::add);
    }

    MessageStore store() {
        return store;
    }

    MessageIndex index() {
        return index;
    }

    /** Stores a new message where its state belongs. */
    void add(StoredMessage message) {
        record(new Change.Put(message));
        index.add(message);
    }

    /** Takes a message out of the index: it is locked from now on, or about to be deleted. */
    void take(StoredMessage message) {
        index.remove(message);
    }

    /** The opposite of {@link #take}. */
    void giveBack(StoredMessage message) {
        index.add(message);
    }

    /** Changes a message that has been taken, and gives it back. */
    void giveBackChanged(StoredMessage message, MessageState state, int deliveryCount,
            Map<String, Object> properties) {
        record(new Change.Updated(message.sequenceNumber(), state, deliveryCount, properties));
        index.add(store.get(message.sequenceNumber()));
    }

    /** Deletes a message that has been taken. */
    void delete(StoredMessage message) {
        record(new Change.Removed(message.sequenceNumber()));
    }

    /** Makes scheduled messages deliverable whose time has come: each continues under a new number. */
    void activateDue(long now) {
        for (var number = index.pollActivation(now); number != null; number = index.pollActivation(now)) {
            long newNumber = store.takeSequenceNumber();
            record(new Change.Activated(number, newNumber, now));
            index.add(store.get(newNumber));
        }
    }

    /** Takes and returns one message that has expired, {@code null} when there is none. */
    @Nullable
    StoredMessage takeExpired(long now) {
        var number = index.pollExpired(now);
        if (number == null) {
            return null;
        }
        var message = store.get(number);
        take(message);
        return message;
    }

    void record(Change.OfStore change) {
        if (!dropped) {
            journal.append(path, change);
        }
        store.apply(change);
    }

    /** From now on nothing is durable, and {@link #requireUsable} refuses. */
    void drop() {
        dropped = true;
    }

    /** @throws RefusedException when the queue has been dropped, or nothing can be made durable at present */
    void requireUsable() {
        if (dropped) {
            throw Namespace.notFound(path);
        }
        journal.requireWritable();
    }

    List<Change> snapshot() {
        return store.snapshot();
    }
}
