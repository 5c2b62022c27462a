package dev.penstock.servicebus.entity;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message with all that the broker knows about it and that survives a restart.
 *
 * @param enqueuedSequenceNumber the number it was first given: differs after scheduling and dead-lettering
 * @param enqueuedAt epoch milliseconds; for a scheduled message the moment it was activated
 * @param deliveryCount failed deliveries so far
 * @param changedProperties application properties set by settlements, to be merged over the sender's
 * @param deadLetterSource the queue it was dead-lettered from
 */
public record StoredMessage(Message message, long sequenceNumber, long enqueuedSequenceNumber, long enqueuedAt,
        MessageState state, int deliveryCount, Map<String, Object> changedProperties,
        @Nullable String deadLetterSource) {

    /** Epoch milliseconds; {@link Message#FOREVER} while scheduled, because the time to live starts at activation. */
    public long expiresAt() {
        if (state == MessageState.SCHEDULED || message.timeToLive() == Message.FOREVER) {
            return Message.FOREVER;
        }
        return enqueuedAt + message.timeToLive();
    }

    /** What it counts towards its queue's quota. */
    long sizeBytes() {
        return message.encoded().length + PropertySize.of(changedProperties);
    }

    StoredMessage updated(MessageState newState, int newDeliveryCount, Map<String, Object> newProperties) {
        return new StoredMessage(message, sequenceNumber, enqueuedSequenceNumber, enqueuedAt, newState,
                newDeliveryCount, newProperties, deadLetterSource);
    }

    StoredMessage activated(long newSequenceNumber, long now) {
        return new StoredMessage(message, newSequenceNumber, enqueuedSequenceNumber, now, MessageState.ACTIVE,
                deliveryCount, changedProperties, deadLetterSource);
    }

    StoredMessage deadLettered(long newSequenceNumber, long now, String source, Map<String, Object> properties) {
        return new StoredMessage(message.withTimeToLive(Message.FOREVER), newSequenceNumber, enqueuedSequenceNumber,
                now, MessageState.ACTIVE, deliveryCount, propertiesPlus(properties), source);
    }

    Map<String, Object> propertiesPlus(Map<String, Object> more) {
        if (more.isEmpty()) {
            return changedProperties;
        }
        Map<String, Object> merged = new HashMap<>(changedProperties);
        merged.putAll(more);
        return merged;
    }
}
