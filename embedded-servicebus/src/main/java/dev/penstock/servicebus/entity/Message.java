package dev.penstock.servicebus.entity;

import org.jspecify.annotations.Nullable;

/**
 * A message as its sender gave it. The entity reads the named components only; the encoded form passes through.
 *
 * @param timeToLive in milliseconds, {@link #FOREVER} when unlimited
 * @param scheduledAt epoch milliseconds before which it isn't delivered, 0 for at once
 * @param encoded the AMQP sections in the specification's order; never changed
 */
@SuppressWarnings("ArrayRecordComponent") // a message is compared by nobody, and its bytes must not be copied
public record Message(String messageId, @Nullable String sessionId, long timeToLive, long scheduledAt, byte[] encoded) {
    public static final long FOREVER = Long.MAX_VALUE;

    Message withTimeToLive(long millis) {
        return millis == timeToLive ? this : new Message(messageId, sessionId, millis, scheduledAt, encoded);
    }
}
