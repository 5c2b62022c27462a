package dev.penstock.servicebus.entity;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The locked messages of one queue. All locks of a queue last equally long, so the order of locking (or renewal) is the
 * order of expiry. Locks under a session end with the session's lock and not by themselves.
 */
final class Locks {
    /**
     * @param consumer whom the message was delivered to; {@code null} when received by sequence number without a session
     */
    record Lock(UUID token, long sequenceNumber, @Nullable Consumer consumer, long expiresAt) {
    }

    private final LinkedHashMap<UUID, Lock> timed = new LinkedHashMap<>();
    private final Map<UUID, Lock> underSession = new HashMap<>();
    private final Map<Consumer, Set<UUID>> tokensByConsumer = new HashMap<>();

    Lock lock(long sequenceNumber, @Nullable Consumer consumer, long expiresAt) {
        var random = ThreadLocalRandom.current();
        return add(new Lock(new UUID(random.nextLong(), random.nextLong()), sequenceNumber, consumer, expiresAt));
    }

    /** Locks a message once more under a token that it had before. */
    Lock restore(UUID token, long sequenceNumber, long expiresAt) {
        return add(new Lock(token, sequenceNumber, null, expiresAt));
    }

    private Lock add(Lock lock) {
        var consumer = lock.consumer();
        tableOf(lock).put(lock.token(), lock);
        if (consumer != null) {
            tokensByConsumer.computeIfAbsent(consumer, _ -> new HashSet<>()).add(lock.token());
        }
        return lock;
    }

    @Nullable
    Lock find(UUID token) {
        var lock = timed.get(token);
        return lock != null ? lock : underSession.get(token);
    }

    void renew(Lock lock, long expiresAt) {
        timed.remove(lock.token());
        timed.put(lock.token(), new Lock(lock.token(), lock.sequenceNumber(), lock.consumer(), expiresAt));
    }

    void remove(Lock lock) {
        tableOf(lock).remove(lock.token());
        if (lock.consumer() != null) {
            tokensByConsumer.computeIfPresent(lock.consumer(), (_, tokens) -> {
                tokens.remove(lock.token());
                return tokens.isEmpty() ? null : tokens;
            });
        }
    }

    /** Takes away and returns all locks of one consumer, the lowest sequence number first. */
    List<Lock> removeAllOf(Consumer consumer) {
        List<Lock> found = new ArrayList<>();
        for (var token : tokensByConsumer.getOrDefault(consumer, Set.of())) {
            var lock = find(token);
            if (lock != null) {
                found.add(lock);
            }
        }
        found.forEach(this::remove);
        found.sort(Comparator.comparingLong(Lock::sequenceNumber));
        return found;
    }

    /** Takes away and returns one lock that has run out, {@code null} when there is none. */
    @Nullable
    Lock pollExpired(long now) {
        var first = timed.firstEntry();
        if (first == null || first.getValue().expiresAt() > now) {
            return null;
        }
        remove(first.getValue());
        return first.getValue();
    }

    /** When the first lock runs out, {@link Message#FOREVER} when none will. */
    long nextExpiry() {
        var first = timed.firstEntry();
        return first == null ? Message.FOREVER : first.getValue().expiresAt();
    }

    int size() {
        return timed.size() + underSession.size();
    }

    private Map<UUID, Lock> tableOf(Lock lock) {
        return lock.expiresAt() == Message.FOREVER ? underSession : timed;
    }
}
