package dev.penstock.servicebus.entity;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A durable change of one queue. Applying a queue's changes in order to an empty store gives the queue back. */
public sealed interface Change {
    record Put(StoredMessage message) implements Change {
    }

    record Removed(long sequenceNumber) implements Change {
    }

    record Updated(long sequenceNumber, MessageState state, int deliveryCount, Map<String, Object> changedProperties)
            implements
                Change {
    }

    /** A scheduled message's time has come: it continues under a new number. */
    record Activated(long sequenceNumber, long newSequenceNumber, long at) implements Change {
    }

    /** A session's state; {@code null} clears it. */
    @SuppressWarnings("ArrayRecordComponent") // changes are written and applied, never compared
    record SessionStateSet(String sessionId, byte @Nullable [] state) implements Change {
    }

    /** A message id to be remembered for duplicate detection. */
    record MessageIdSeen(String messageId, long at) implements Change {
    }

    /** Numbers up to this one are used, whether or not a message still bears them. */
    record SequenceReached(long sequenceNumber) implements Change {
    }
}
