package dev.penstock.servicebus.entity;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A durable change of one queue. Applying a queue's changes in order to an empty store gives the queue back. */
public sealed interface Change {
    /** A change of what a queue holds; the others are about the queue itself. */
    sealed interface OfStore extends Change {
    }

    /** The queue exists from now on, or has other options. */
    record Defined(QueueOptions options) implements Change {
    }

    /** The queue and its dead-letter queue are gone with all they held. */
    record Dropped() implements Change {
    }

    record Put(StoredMessage message) implements OfStore {
    }

    record Removed(long sequenceNumber) implements OfStore {
    }

    record Updated(long sequenceNumber, MessageState state, int deliveryCount, Map<String, Object> changedProperties)
            implements
                OfStore {
    }

    /** A scheduled message's time has come: it continues under a new number. */
    record Activated(long sequenceNumber, long newSequenceNumber, long at) implements OfStore {
    }

    /** A session's state; {@code null} clears it. */
    @SuppressWarnings("ArrayRecordComponent") // changes are written and applied, never compared
    record SessionStateSet(String sessionId, byte @Nullable [] state) implements OfStore {
    }

    /** A message id to be remembered for duplicate detection. */
    record MessageIdSeen(String messageId, long at) implements OfStore {
    }

    /** Numbers up to this one are used, whether or not a message still bears them. */
    record SequenceReached(long sequenceNumber) implements OfStore {
    }
}
