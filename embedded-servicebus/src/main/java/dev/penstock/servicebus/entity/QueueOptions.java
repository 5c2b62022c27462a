package dev.penstock.servicebus.entity;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a queue behaves. Immutable; each setter-like method returns a changed copy.
 *
 * @param lockDuration how long a message or session stays locked without renewal; at least 1 ms
 * @param maxDeliveryCount failed deliveries after which a message is dead-lettered; at least 1
 * @param defaultTimeToLive upper bound of a message's time to live; {@code null} for unlimited
 * @param deadLetteringOnMessageExpiration whether an expired message is dead-lettered rather than dropped
 * @param requiresSession whether messages must name a session and are received by session only
 * @param duplicateDetection how long message ids are remembered; {@code null} turns duplicate detection off
 * @param maxSizeBytes encoded size of all messages, dead-lettered ones included, above which sends are refused
 * @param maxMessageSizeBytes encoded size above which one message (or one batch) is refused
 */
public record QueueOptions(Duration lockDuration, int maxDeliveryCount, @Nullable Duration defaultTimeToLive,
        boolean deadLetteringOnMessageExpiration, boolean requiresSession, @Nullable Duration duplicateDetection,
        long maxSizeBytes, int maxMessageSizeBytes) {

    private static final int MAX_ALLOWED_MESSAGE_SIZE = 100 * 1024 * 1024;

    /** Azure's defaults: lock 60 s, 10 deliveries, no expiry, no sessions, 1 GiB, messages up to 256 KiB. */
    public static final QueueOptions DEFAULTS = new QueueOptions(Duration.ofSeconds(60), 10, null, false, false, null,
            1L << 30, 256 * 1024);

    /** @throws IllegalArgumentException naming the option that is out of range */
    public QueueOptions {
        requirePositive("lockDuration", lockDuration);
        requirePositive("defaultTimeToLive", defaultTimeToLive);
        requirePositive("duplicateDetection", duplicateDetection);
        if (maxDeliveryCount < 1) {
            throw new IllegalArgumentException("maxDeliveryCount must be at least 1, not " + maxDeliveryCount);
        }
        if (maxSizeBytes < 1) {
            throw new IllegalArgumentException("maxSizeBytes must be at least 1, not " + maxSizeBytes);
        }
        if (maxMessageSizeBytes < 1024 || maxMessageSizeBytes > MAX_ALLOWED_MESSAGE_SIZE) {
            throw new IllegalArgumentException("maxMessageSizeBytes must be between 1024 and "
                    + MAX_ALLOWED_MESSAGE_SIZE + ", not " + maxMessageSizeBytes);
        }
    }

    private static void requirePositive(String name, @Nullable Duration value) {
        if (value != null && value.toMillis() < 1) {
            throw new IllegalArgumentException(name + " must be at least 1 ms, not " + value);
        }
    }

    public QueueOptions lockDuration(Duration value) {
        return new QueueOptions(value, maxDeliveryCount, defaultTimeToLive, deadLetteringOnMessageExpiration,
                requiresSession, duplicateDetection, maxSizeBytes, maxMessageSizeBytes);
    }

    public QueueOptions maxDeliveryCount(int value) {
        return new QueueOptions(lockDuration, value, defaultTimeToLive, deadLetteringOnMessageExpiration,
                requiresSession, duplicateDetection, maxSizeBytes, maxMessageSizeBytes);
    }

    public QueueOptions defaultTimeToLive(@Nullable Duration value) {
        return new QueueOptions(lockDuration, maxDeliveryCount, value, deadLetteringOnMessageExpiration,
                requiresSession, duplicateDetection, maxSizeBytes, maxMessageSizeBytes);
    }

    public QueueOptions deadLetteringOnMessageExpiration(boolean value) {
        return new QueueOptions(lockDuration, maxDeliveryCount, defaultTimeToLive, value, requiresSession,
                duplicateDetection, maxSizeBytes, maxMessageSizeBytes);
    }

    public QueueOptions requiresSession(boolean value) {
        return new QueueOptions(lockDuration, maxDeliveryCount, defaultTimeToLive, deadLetteringOnMessageExpiration,
                value, duplicateDetection, maxSizeBytes, maxMessageSizeBytes);
    }

    public QueueOptions duplicateDetection(@Nullable Duration window) {
        return new QueueOptions(lockDuration, maxDeliveryCount, defaultTimeToLive, deadLetteringOnMessageExpiration,
                requiresSession, window, maxSizeBytes, maxMessageSizeBytes);
    }

    public QueueOptions maxSizeBytes(long value) {
        return new QueueOptions(lockDuration, maxDeliveryCount, defaultTimeToLive, deadLetteringOnMessageExpiration,
                requiresSession, duplicateDetection, value, maxMessageSizeBytes);
    }

    public QueueOptions maxMessageSizeBytes(int value) {
        return new QueueOptions(lockDuration, maxDeliveryCount, defaultTimeToLive, deadLetteringOnMessageExpiration,
                requiresSession, duplicateDetection, maxSizeBytes, value);
    }

    /** A dead-letter queue keeps its queue's locks and sizes; its messages never expire, repeat or need a session. */
    QueueOptions ofDeadLetterQueue() {
        return new QueueOptions(lockDuration, Integer.MAX_VALUE, null, false, false, null, maxSizeBytes,
                maxMessageSizeBytes);
    }

    /** The shorter of the sender's time to live and the queue's, in milliseconds; {@link Message#FOREVER} for neither. */
    long effectiveTimeToLive(long wanted) {
        return defaultTimeToLive == null ? wanted : Math.min(wanted, defaultTimeToLive.toMillis());
    }
}
