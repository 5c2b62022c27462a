package dev.penstock.servicebus.entity;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The durable part of a queue. It changes only by {@link Change}s. */
final class MessageStore {
    private final NumberedMessages messages = new NumberedMessages();
    private final Map<String, byte[]> sessionStates = new HashMap<>();
    private final LinkedHashMap<String, Long> seenMessageIds = new LinkedHashMap<>();
    private long lastSequenceNumber;
    private long sizeBytes;

    void apply(Change.OfStore change) {
        switch (change) {
            case Change.Put(var message) -> put(message);
            case Change.Removed(var number) -> remove(number);
            case Change.Updated(var number, var state, var count, var properties) ->
                update(number, state, count, properties);
            case Change.Activated(var number, var newNumber, var at) -> {
                var message = remove(number);
                if (message != null) {
                    put(message.activated(newNumber, at));
                }
            }
            case Change.SessionStateSet(var session, var state) -> setSessionState(session, state);
            case Change.MessageIdSeen(var id, var at) -> {
                // Last, also if it was seen before: what is forgotten is not journaled, so that a replay finds it still there.
                seenMessageIds.remove(id);
                seenMessageIds.put(id, at);
            }
            case Change.SequenceReached(var number) -> lastSequenceNumber = Math.max(lastSequenceNumber, number);
        }
    }

    /** Changes that make an empty store equal to this one. */
    List<Change> snapshot() {
        List<Change> changes = new ArrayList<>();
        changes.add(new Change.SequenceReached(lastSequenceNumber));
        seenMessageIds.forEach((id, at) -> changes.add(new Change.MessageIdSeen(id, at)));
        sessionStates.forEach((session, state) -> changes.add(new Change.SessionStateSet(session, state)));
        messages.all().forEach(message -> changes.add(new Change.Put(message)));
        return changes;
    }

    private void put(StoredMessage message) {
        var previous = messages.put(message);
        if (previous != null) {
            sizeBytes -= previous.sizeBytes();
        }
        sizeBytes += message.sizeBytes();
        lastSequenceNumber = Math.max(lastSequenceNumber, message.sequenceNumber());
    }

    private void update(long number, MessageState state, int count, Map<String, Object> properties) {
        var message = messages.get(number);
        if (message != null) {
            put(message.updated(state, count, properties));
        }
    }

    private @Nullable StoredMessage remove(long sequenceNumber) {
        var removed = messages.remove(sequenceNumber);
        if (removed != null) {
            sizeBytes -= removed.sizeBytes();
        }
        return removed;
    }

    private void setSessionState(String session, byte @Nullable [] state) {
        var previous = state == null ? sessionStates.remove(session) : sessionStates.put(session, state);
        sizeBytes += (state == null ? 0 : state.length) - (previous == null ? 0 : previous.length);
    }

    /** Messages by sequence number; a live view that must not be changed. */
    NumberedMessages messages() {
        return messages;
    }

    @Nullable
    StoredMessage find(long sequenceNumber) {
        return messages.get(sequenceNumber);
    }

    /** @throws IllegalStateException when there is none: the queue's indexes and the store have come apart */
    StoredMessage get(long sequenceNumber) {
        var message = messages.get(sequenceNumber);
        if (message == null) {
            throw new IllegalStateException("message " + sequenceNumber + " is not stored");
        }
        return message;
    }

    /** Uses up a number. It is remembered over a restart once a change names it or a later one. */
    long takeSequenceNumber() {
        return ++lastSequenceNumber;
    }

    long sizeBytes() {
        return sizeBytes;
    }

    byte @Nullable [] sessionState(String session) {
        return sessionStates.get(session);
    }

    /** The sessions that hold messages or have a state, in the order of their ids. */
    List<String> sessionIds() {
        Set<String> ids = new TreeSet<>(sessionStates.keySet());
        messages.all().map(message -> message.message().sessionId()).filter(Objects::nonNull).forEach(ids::add);
        return List.copyOf(ids);
    }

    boolean hasSeen(String messageId) {
        return seenMessageIds.containsKey(messageId);
    }

    int seenMessageIds() {
        return seenMessageIds.size();
    }

    /** Not journaled: the same clock makes the same ids old after a restart. */
    void forgetMessageIdsSeenUntil(long time) {
        var oldest = seenMessageIds.values().iterator();
        while (oldest.hasNext() && oldest.next() <= time) {
            oldest.remove();
        }
    }
}
