package dev.penstock.servicebus.entity;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Tokens of messages that went back to the queue because their consumer closed. Until such a message is delivered anew, its
 * token is still good: the SDKs settle by it through {@code $management} when the link is gone, which Azure allows as long
 * as the lock lasts. The oldest of very many are forgotten.
 */
final class FormerLocks {
    private static final int MAX_REMEMBERED = 10_000;

    private final LinkedHashMap<UUID, Locks.Lock> byToken = new LinkedHashMap<>();
    private final Map<Long, UUID> bySequenceNumber = new HashMap<>();

    void remember(Locks.Lock lock) {
        byToken.put(lock.token(), lock);
        bySequenceNumber.put(lock.sequenceNumber(), lock.token());
        if (byToken.size() > MAX_REMEMBERED) {
            forget(byToken.firstEntry().getValue().sequenceNumber());
        }
    }

    /** The message is delivered anew, or gone. */
    void forget(long sequenceNumber) {
        var token = bySequenceNumber.remove(sequenceNumber);
        if (token != null) {
            byToken.remove(token);
        }
    }

    /** Takes out the lock of a token, {@code null} when it is not remembered or would have run out by now. */
    Locks.@Nullable Lock take(UUID token, long now) {
        var lock = byToken.get(token);
        if (lock != null) {
            forget(lock.sequenceNumber());
        }
        return lock == null || lock.expiresAt() <= now ? null : lock;
    }
}
