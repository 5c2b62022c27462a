package dev.penstock.servicebus.entity;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a queue lets in: sizes, sessions, the quota, and no message id twice within the duplicate detection window. */
final class Admission {
    /** What a message may have grown by since its sender measured it: the id that is given to one without. */
    private static final int ADDED_BYTES = 64;
    private static final int MAX_REMEMBERED_MESSAGE_IDS = 4_000_000;

    private final QueueOptions options;
    private final Contents contents;
    private final @Nullable QueueCore deadLetters;

    Admission(QueueOptions options, Contents contents, @Nullable QueueCore deadLetters) {
        this.options = options;
        this.contents = contents;
        this.deadLetters = deadLetters;
    }

    /** @throws RefusedException unless all of the messages can be stored now */
    void require(List<Message> messages) {
        contents.requireUsable();
        long bytes = 0;
        for (var message : messages) {
            requireFitting(message);
            bytes += message.encoded().length;
        }
        requireRoom(bytes);
        if (contents.store().seenMessageIds() + messages.size() > MAX_REMEMBERED_MESSAGE_IDS) {
            throw new RefusedException(Condition.RESOURCE_LIMIT_EXCEEDED,
                    "Too many message ids within the duplicate detection window. Send slower or shorten the window.");
        }
    }

    /** @throws RefusedException when the queue would hold more than it may */
    void requireRoom(long moreBytes) {
        if (moreBytes > 0 && sizeBytes() + moreBytes > options.maxSizeBytes()) {
            throw new RefusedException(Condition.RESOURCE_LIMIT_EXCEEDED, "The queue is full (" + options.maxSizeBytes()
                    + " bytes). Receive messages or empty its dead-letter queue, then send again.");
        }
    }

    private void requireFitting(Message message) {
        if (message.encoded().length > options.maxMessageSizeBytes() + ADDED_BYTES) {
            throw new RefusedException(Condition.MESSAGE_SIZE_EXCEEDED, "The message has " + message.encoded().length
                    + " bytes; the queue takes up to " + options.maxMessageSizeBytes() + ". Send less in one message.");
        }
        if (options.requiresSession() && message.sessionId() == null) {
            throw new RefusedException(Condition.NOT_ALLOWED,
                    "The queue requires sessions: set a session id on the message.");
        }
    }

    /** Dead-lettered messages count towards the queue's quota, too. */
    private long sizeBytes() {
        return contents.store().sizeBytes() + (deadLetters == null ? 0 : deadLetters.sizeBytes());
    }

    /** Stores a message, or drops it as a duplicate, under a number that is used up either way. */
    void admit(Message message, long number, long now) {
        if (options.duplicateDetection() != null) {
            if (contents.store().hasSeen(message.messageId())) {
                contents.record(new Change.SequenceReached(number));
                return;
            }
            contents.record(new Change.MessageIdSeen(message.messageId(), now));
        }
        var state = message.scheduledAt() > now ? MessageState.SCHEDULED : MessageState.ACTIVE;
        var limited = message.withTimeToLive(options.effectiveTimeToLive(message.timeToLive()));
        contents.add(new StoredMessage(limited, number, number, now, state, 0, Map.of(), null));
    }

    void forgetOldMessageIds(long now) {
        if (options.duplicateDetection() != null) {
            contents.store().forgetMessageIdsSeenUntil(now - options.duplicateDetection().toMillis());
        }
    }
}
