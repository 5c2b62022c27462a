package dev.penstock.servicebus.entity;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Hands messages to consumers, under a lock or for good, and takes back what they no longer hold. */
final class Delivering {
    private final QueueOptions options;
    private final Contents contents;
    private final Backlog backlog;
    private final @Nullable SessionBacklog sessions;
    private final Settling settling;
    private final Locks locks = new Locks();
    private final FormerLocks formerLocks = new FormerLocks();

    Delivering(QueueOptions options, Contents contents, Backlog backlog, Settling settling) {
        this.options = options;
        this.contents = contents;
        this.backlog = backlog;
        this.settling = settling;
        sessions = backlog instanceof SessionBacklog withSessions ? withSessions : null;
    }

    /** Delivers all that can be delivered. */
    void dispatch(long now) {
        backlog.dispatch(now, (consumer, message) -> {
            contents.take(message);
            consumer.deliver(handOver(message, consumer.mode(), consumer, lockEndFor(consumer, now)));
        });
    }

    /** Hands over those of the deferred messages that the holder may have; see {@link Queue#receiveDeferred}. */
    List<Delivery> deliverDeferred(List<Long> sequenceNumbers, ReceiveMode mode, @Nullable Consumer holder, long now) {
        long lockEnd = lockEndFor(holder, now);
        List<Delivery> deliveries = new ArrayList<>();
        for (long number : sequenceNumbers) {
            if (contents.index().isDeferred(number) && mayReceive(contents.store().get(number), holder)) {
                var message = contents.store().get(number);
                contents.take(message);
                deliveries.add(handOver(message, mode, holder, lockEnd));
            }
        }
        return deliveries;
    }

    private boolean mayReceive(StoredMessage message, @Nullable Consumer holder) {
        return sessions == null || (holder instanceof SessionConsumer owner && owner.sessionId() != null
                && owner.sessionId().equals(message.message().sessionId()));
    }

    private long lockEndFor(@Nullable Consumer holder, long now) {
        if (sessions == null) {
            return now + options.lockDuration().toMillis();
        }
        var lockedUntil = holder == null ? null : sessions.lockedUntil(holder);
        if (lockedUntil == null) {
            throw RefusedException.sessionLockLost();
        }
        return lockedUntil;
    }

    private Delivery handOver(StoredMessage message, ReceiveMode mode, @Nullable Consumer consumer, long lockedUntil) {
        formerLocks.forget(message.sequenceNumber());
        if (mode == ReceiveMode.RECEIVE_AND_DELETE) {
            contents.delete(message);
            return new Delivery(message, null, 0);
        }
        long expiresAt = sessions == null ? lockedUntil : Message.FOREVER;
        var lock = locks.lock(message.sequenceNumber(), consumer, expiresAt);
        return new Delivery(message, lock.token(), lockedUntil);
    }

    /** Extends a lock and returns its new end. */
    long renew(UUID token, long now) {
        var lock = requireLock(token, now);
        if (lock.expiresAt() == Message.FOREVER) {
            throw new RefusedException(Condition.NOT_ALLOWED,
                    "The message is locked with its session: renew the session's lock instead.");
        }
        long until = now + options.lockDuration().toMillis();
        locks.renew(lock, until);
        return until;
    }

    /**
     * Finds a lock, or restores one that ended with its consumer.
     *
     * @throws RefusedException when the lock is lost
     */
    Locks.Lock requireLock(UUID token, long now) {
        var lock = locks.find(token);
        if (lock == null) {
            lock = restore(token, now);
        }
        if (lock == null) {
            throw options.requiresSession()
                    ? RefusedException.sessionLockLost()
                    : new RefusedException(Condition.MESSAGE_LOCK_LOST,
                            "The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue.");
        }
        return lock;
    }

    private Locks.@Nullable Lock restore(UUID token, long now) {
        var former = formerLocks.take(token, now);
        var message = former == null ? null : contents.store().find(former.sequenceNumber());
        if (message == null) {
            return null;
        }
        contents.take(message);
        return locks.restore(token, message.sequenceNumber(), now + options.lockDuration().toMillis());
    }

    void settle(UUID token, Settlement settlement, long now) {
        var lock = requireLock(token, now);
        locks.remove(lock);
        settling.settle(contents.store().get(lock.sequenceNumber()), settlement, now);
    }

    /** Ends all locks that run out up to a moment, each as a failed delivery. */
    void endLocks(long lockedUpTo, long now) {
        for (var lock = locks.pollExpired(lockedUpTo); lock != null; lock = locks.pollExpired(lockedUpTo)) {
            settling.deliveryFailed(contents.store().get(lock.sequenceNumber()), Map.of(), now);
        }
        if (sessions != null) {
            for (var owner = sessions.pollExpired(lockedUpTo); owner != null; owner = sessions
                    .pollExpired(lockedUpTo)) {
                takeBackFrom(owner, true, now);
                owner.sessionLost();
            }
        }
    }

    /** Takes back all messages that a consumer holds. */
    void takeBackFrom(Consumer consumer, boolean countDeliveries, long now) {
        for (var lock : locks.removeAllOf(consumer)) {
            if (sessions == null) {
                formerLocks.remember(lock);
            }
            var settlement = countDeliveries ? new Settlement.Abandon(Map.of()) : new Settlement.Release();
            settling.settle(contents.store().get(lock.sequenceNumber()), settlement, now);
        }
    }

    int lockedCount() {
        return locks.size();
    }

    /** When the first lock of a message ends by itself, {@link Message#FOREVER} when none will. */
    long nextLockEnd() {
        return locks.nextExpiry();
    }
}
