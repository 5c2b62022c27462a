package dev.penstock.servicebus.entity;

import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A session that has deliverable messages, an owner, or both. */
final class Session {
    final String id;
    final NavigableMap<Long, StoredMessage> messages = new TreeMap<>();
    @Nullable
    SessionConsumer owner;
    long lockedUntil;

    Session(String id) {
        this.id = id;
    }

    boolean isHeldBy(@Nullable Consumer consumer) {
        return owner != null && owner.equals(consumer);
    }
}
