package dev.penstock.servicebus.entity;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A message on its way to a consumer.
 *
 * @param lockToken {@code null} when the message was deleted as it was delivered
 * @param lockedUntil epoch milliseconds, 0 without a lock
 */
public record Delivery(StoredMessage message, @Nullable UUID lockToken, long lockedUntil) {
}
