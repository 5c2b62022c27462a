package dev.penstock.servicebus.entity;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What becomes of a message when its lock ends or its time is up. It has been taken from the contents before. */
final class Settling {
    /** As many as Azure allows a message. */
    private static final int MAX_PROPERTIES_BYTES = 64 * 1024;

    private final String path;
    private final QueueOptions options;
    private final Contents contents;
    private final @Nullable QueueCore deadLetters;

    Settling(String path, QueueOptions options, Contents contents, @Nullable QueueCore deadLetters) {
        this.path = path;
        this.options = options;
        this.contents = contents;
        this.deadLetters = deadLetters;
    }

    /** @throws RefusedException when no message of this queue can be settled so */
    void requirePossible(Settlement settlement) {
        contents.requireUsable();
        if (settlement instanceof Settlement.DeadLetter && deadLetters == null) {
            throw new RefusedException(Condition.NOT_ALLOWED,
                    "The message is in the dead-letter queue already: complete it, or send a copy elsewhere first.");
        }
    }

    /** @throws RefusedException when the message would get more properties than it may have */
    void requireFewProperties(StoredMessage message, Settlement settlement) {
        if (!settlement.properties().isEmpty()
                && PropertySize.of(message.propertiesPlus(settlement.properties())) > MAX_PROPERTIES_BYTES) {
            throw new RefusedException(Condition.ARGUMENT_ERROR,
                    "The properties that settlements have set take more than "
                            + MAX_PROPERTIES_BYTES + " bytes. Set fewer or shorter ones.");
        }
    }

    void settle(StoredMessage message, Settlement settlement, long now) {
        switch (settlement) {
            case Settlement.Complete() -> contents.delete(message);
            case Settlement.Release() -> contents.giveBack(message);
            case Settlement.Abandon(var properties) -> deliveryFailed(message, properties, now);
            case Settlement.Defer(var properties) -> contents.giveBackChanged(message, MessageState.DEFERRED,
                    message.deliveryCount(), message.propertiesPlus(properties));
            case Settlement.DeadLetter(var reason, var description, var properties) ->
                deadLetter(message, reason, description, properties, now);
        }
    }

    /**
     * Counts a failed delivery; the last one that is allowed dead-letters the message. In a dead-letter queue nothing is
     * counted: what is read there is how often the message failed before.
     */
    void deliveryFailed(StoredMessage message, Map<String, Object> properties, long now) {
        int count = message.deliveryCount() + (deadLetters == null ? 0 : 1);
        if (count >= options.maxDeliveryCount() && deadLetters != null) {
            deadLetter(message, "MaxDeliveryCountExceeded",
                    "Message could not be consumed after " + count + " delivery attempts.", properties, now);
        } else {
            contents.giveBackChanged(message, message.state(), count, message.propertiesPlus(properties));
        }
    }

    void expire(StoredMessage message, long now) {
        if (options.deadLetteringOnMessageExpiration() && deadLetters != null) {
            deadLetter(message, "TTLExpiredException", "The message expired and was dead lettered.", Map.of(), now);
        } else {
            contents.delete(message);
        }
    }

    /** What can't be delivered is set aside: in a dead-letter queue as deferred, so that it can still be looked at and deleted. */
    void undeliverable(StoredMessage message, Throwable cause, long now) {
        if (deadLetters == null) {
            contents.add(message.updated(MessageState.DEFERRED, message.deliveryCount(), message.changedProperties()));
        } else {
            deadLetter(message, "MessageCannotBeDelivered", "The broker can't write the message: " + cause, Map.of(),
                    now);
        }
    }

    private void deadLetter(StoredMessage message, @Nullable String reason, @Nullable String description,
            Map<String, Object> properties, long now) {
        if (deadLetters == null) {
            throw new IllegalStateException("a dead-letter queue has no dead-letter queue");
        }
        Map<String, Object> all = new HashMap<>(properties);
        if (reason != null) {
            all.put(Queue.DEAD_LETTER_REASON, reason);
        }
        if (description != null) {
            all.put(Queue.DEAD_LETTER_DESCRIPTION, description);
        }
        contents.delete(message);
        deadLetters.addDead(message, now, path, all);
    }
}
