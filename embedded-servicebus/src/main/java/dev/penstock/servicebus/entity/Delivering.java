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
    void dispatch(Moment now) {
        backlog.dispatch(now, (consumer, message) -> {
            contents.take(message);
            deliver(consumer, handOver(message, consumer.mode(), consumer, lockEndFor(consumer, now), now), now);
        });
    }

    /** One message that can't be put on the wire must not keep others from being delivered, nor be tried for ever. */
    private void deliver(Consumer consumer, Delivery delivery, Moment now) {
        try {
            consumer.deliver(delivery);
        } catch (RuntimeException | StackOverflowError e) {
            var token = delivery.lockToken();
            var lock = token == null ? null : locks.find(token);
            if (lock != null) {
                locks.remove(lock);
            }
            settling.undeliverable(delivery.message(), e, now.wall());
        }
    }

    /** Hands over those of the deferred messages that the holder may have; see {@link Queue#receiveDeferred}. */
    List<Delivery> deliverDeferred(List<Long> sequenceNumbers, ReceiveMode mode, @Nullable Consumer holder,
            Moment now) {
        long lockEnd = lockEndFor(holder, now);
        List<Delivery> deliveries = new ArrayList<>();
        for (long number : sequenceNumbers) {
            if (contents.index().isDeferred(number) && mayReceive(contents.store().get(number), holder)) {
                var message = contents.store().get(number);
                contents.take(message);
                deliveries.add(handOver(message, mode, holder, lockEnd, now));
            }
        }
        return deliveries;
    }

    private boolean mayReceive(StoredMessage message, @Nullable Consumer holder) {
        return sessions == null || (holder instanceof SessionConsumer owner && owner.sessionId() != null
                && owner.sessionId().equals(message.message().sessionId()));
    }

    private long lockEndFor(@Nullable Consumer holder, Moment now) {
        if (sessions == null) {
            return now.steady() + options.lockDuration().toMillis();
        }
        var lockedUntil = holder == null ? null : sessions.lockedUntil(holder);
        if (lockedUntil == null) {
            throw RefusedException.sessionLockLost();
        }
        return lockedUntil;
    }

    private Delivery handOver(StoredMessage message, ReceiveMode mode, @Nullable Consumer consumer, long lockedUntil,
            Moment now) {
        formerLocks.forget(message.sequenceNumber());
        if (mode == ReceiveMode.RECEIVE_AND_DELETE) {
            contents.delete(message);
            return new Delivery(message, null, 0);
        }
        long expiresAt = sessions == null ? lockedUntil : Message.FOREVER;
        var lock = locks.lock(message.sequenceNumber(), consumer, expiresAt);
        return new Delivery(message, lock.token(), now.toWall(lockedUntil));
    }

    /** Extends a lock and returns its new end as clients are shown it. */
    long renew(UUID token, Moment now) {
        var lock = requireLock(token, now);
        if (lock.expiresAt() == Message.FOREVER) {
            throw new RefusedException(Condition.NOT_ALLOWED,
                    "The message is locked with its session: renew the session's lock instead.");
        }
        long until = now.steady() + options.lockDuration().toMillis();
        locks.renew(lock, until);
        return now.toWall(until);
    }

    /**
     * Finds a lock, or restores one that ended with its consumer.
     *
     * @throws RefusedException when the lock is lost
     */
    Locks.Lock requireLock(UUID token, Moment now) {
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

    private Locks.@Nullable Lock restore(UUID token, Moment now) {
        var former = formerLocks.take(token, now.steady());
        var message = former == null ? null : contents.store().find(former.sequenceNumber());
        if (message == null) {
            return null;
        }
        contents.take(message);
        return locks.restore(token, message.sequenceNumber(), now.steady() + options.lockDuration().toMillis());
    }

    void settle(UUID token, Settlement settlement, Moment now) {
        var lock = requireLock(token, now);
        locks.remove(lock);
        settling.settle(contents.store().get(lock.sequenceNumber()), settlement, now.wall());
    }

    /** Ends all locks that run out up to a {@link SteadyTime}, each as a failed delivery. */
    void endLocks(long lockedUpTo, Moment now) {
        for (var lock = locks.pollExpired(lockedUpTo); lock != null; lock = locks.pollExpired(lockedUpTo)) {
            settling.deliveryFailed(contents.store().get(lock.sequenceNumber()), Map.of(), now.wall());
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
    void takeBackFrom(Consumer consumer, boolean countDeliveries, Moment now) {
        for (var lock : locks.removeAllOf(consumer)) {
            if (sessions == null) {
                formerLocks.remember(lock);
            }
            var settlement = countDeliveries ? new Settlement.Abandon(Map.of()) : new Settlement.Release();
            settling.settle(contents.store().get(lock.sequenceNumber()), settlement, now.wall());
        }
    }

    int lockedCount() {
        return locks.size();
    }

    /** The {@link SteadyTime} at which the first lock of a message ends by itself, {@link Message#FOREVER} when none will. */
    long nextLockEnd() {
        return locks.nextExpiry();
    }
}
