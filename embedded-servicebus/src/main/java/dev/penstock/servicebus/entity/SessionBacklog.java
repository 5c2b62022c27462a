package dev.penstock.servicebus.entity;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The backlog of a queue with sessions: each session's messages in order to the one consumer that holds its lock. Who
 * waits for any session gets the one that has been available longest; waiters are served in the order they came.
 */
final class SessionBacklog implements Backlog {
    private record Waiter(SessionConsumer consumer, long deadline, long arrival) implements Comparable<Waiter> {
        @Override
        public int compareTo(Waiter other) {
            int byDeadline = Long.compare(deadline, other.deadline);
            return byDeadline != 0 ? byDeadline : Long.compare(arrival, other.arrival);
        }
    }

    private final long lockMillis;
    private final Map<String, Session> sessions = new HashMap<>();
    private final LinkedHashSet<Session> available = new LinkedHashSet<>();
    /** In the order in which their locks run out: all last equally long. */
    private final LinkedHashSet<Session> locked = new LinkedHashSet<>();
    private final LinkedHashSet<Session> deliverable = new LinkedHashSet<>();
    private final LinkedHashMap<SessionConsumer, Waiter> waiters = new LinkedHashMap<>();
    private final TreeSet<Waiter> waitersByDeadline = new TreeSet<>();
    private long arrivals;

    SessionBacklog(long lockMillis) {
        this.lockMillis = lockMillis;
    }

    @Override
    public void add(StoredMessage message) {
        var session = sessions.computeIfAbsent(sessionIdOf(message), Session::new);
        session.messages.put(message.sequenceNumber(), message);
        (session.owner == null ? available : deliverable).add(session);
    }

    @Override
    public void remove(StoredMessage message) {
        var session = sessions.get(sessionIdOf(message));
        if (session != null) {
            session.messages.remove(message.sequenceNumber());
            forgetIfEmpty(session);
        }
    }

    private static String sessionIdOf(StoredMessage message) {
        var id = message.message().sessionId();
        if (id == null) {
            throw new IllegalStateException("message " + message.sequenceNumber() + " has no session");
        }
        return id;
    }

    @Override
    public void consumerReady(Consumer consumer) {
        var session = heldBy(consumer);
        if (session != null) {
            deliverable.add(session);
        }
    }

    @Override
    public void consumerGone(Consumer consumer) {
        consumerLost(consumer);
        var session = heldBy(consumer);
        if (session != null) {
            unlock(session);
        }
    }

    @Override
    public void consumerLost(Consumer consumer) {
        if (consumer instanceof SessionConsumer waiting) {
            stopWaiting(waiting);
        }
    }

    @Override
    public void dispatch(Moment now, Handover handover) {
        while (!available.isEmpty() && !waiters.isEmpty()) {
            var next = waiters.firstEntry().getKey();
            stopWaiting(next);
            grant(available.getFirst(), next, now);
        }
        while (!deliverable.isEmpty()) {
            deliver(deliverable.removeFirst(), handover);
        }
    }

    private static void deliver(Session session, Handover handover) {
        var owner = session.owner;
        while (owner != null && owner.ready() && !session.messages.isEmpty()) {
            handover.deliver(owner, session.messages.pollFirstEntry().getValue());
        }
    }

    /** @throws RefusedException when another consumer holds it */
    void accept(String sessionId, SessionConsumer consumer, Moment now) {
        var session = sessions.computeIfAbsent(sessionId, Session::new);
        if (session.owner != null) {
            throw new RefusedException(Condition.SESSION_CANNOT_BE_LOCKED,
                    "The session is locked by another receiver. Try again when that one is closed or its lock ran out.");
        }
        grant(session, consumer, now);
    }

    /** Grants the next available session, at once or at a later dispatch, unless the deadline comes first. */
    void acceptNext(SessionConsumer consumer, long deadline) {
        var waiter = new Waiter(consumer, deadline, arrivals++);
        waiters.put(consumer, waiter);
        waitersByDeadline.add(waiter);
    }

    private void grant(Session session, SessionConsumer consumer, Moment now) {
        available.remove(session);
        session.owner = consumer;
        session.lockedUntil = now.steady() + lockMillis;
        locked.add(session);
        deliverable.add(session);
        consumer.granted(session.id, now.toWall(session.lockedUntil));
    }

    /** Extends the lock and returns its new end as clients are shown it, {@code null} when the consumer does not hold it. */
    @Nullable
    Long renew(String sessionId, @Nullable Consumer consumer, Moment now) {
        var session = sessions.get(sessionId);
        if (session == null || !session.isHeldBy(consumer)) {
            return null;
        }
        locked.remove(session);
        locked.add(session);
        session.lockedUntil = now.steady() + lockMillis;
        return now.toWall(session.lockedUntil);
    }

    boolean isHeldBy(String sessionId, @Nullable Consumer consumer) {
        var session = sessions.get(sessionId);
        return session != null && session.isHeldBy(consumer);
    }

    /** The end, by {@link SteadyTime}, of the lock under which this consumer receives, {@code null} when it holds none. */
    @Nullable
    Long lockedUntil(Consumer consumer) {
        var session = heldBy(consumer);
        return session == null ? null : session.lockedUntil;
    }

    /** Unlocks one session whose lock has run out and returns who held it, {@code null} when there is none. */
    @Nullable
    SessionConsumer pollExpired(long now) {
        if (locked.isEmpty() || locked.getFirst().lockedUntil > now) {
            return null;
        }
        var session = locked.getFirst();
        var owner = session.owner;
        unlock(session);
        return owner;
    }

    @Override
    public void endWaits(long now) {
        while (!waitersByDeadline.isEmpty() && waitersByDeadline.first().deadline() <= now) {
            var consumer = waitersByDeadline.first().consumer();
            stopWaiting(consumer);
            consumer.timedOut();
        }
    }

    @Override
    public long nextDeadline() {
        long lockEnd = locked.isEmpty() ? Message.FOREVER : locked.getFirst().lockedUntil;
        long waitEnd = waitersByDeadline.isEmpty() ? Message.FOREVER : waitersByDeadline.first().deadline();
        return Math.min(lockEnd, waitEnd);
    }

    @Override
    public Stream<StoredMessage> deliverable(@Nullable Consumer consumer) {
        var session = consumer == null ? null : heldBy(consumer);
        if (session == null) {
            throw RefusedException.sessionLockLost();
        }
        return session.messages.values().stream();
    }

    private void stopWaiting(SessionConsumer consumer) {
        var waiter = waiters.remove(consumer);
        if (waiter != null) {
            waitersByDeadline.remove(waiter);
        }
    }

    private @Nullable Session heldBy(Consumer consumer) {
        if (!(consumer instanceof SessionConsumer holder) || holder.sessionId() == null) {
            return null;
        }
        var session = sessions.get(holder.sessionId());
        return session != null && session.isHeldBy(consumer) ? session : null;
    }

    private void unlock(Session session) {
        session.owner = null;
        locked.remove(session);
        deliverable.remove(session);
        if (!session.messages.isEmpty()) {
            available.add(session);
        }
        forgetIfEmpty(session);
    }

    private void forgetIfEmpty(Session session) {
        if (session.messages.isEmpty()) {
            available.remove(session);
            if (session.owner == null) {
                sessions.remove(session.id);
            }
        }
    }
}
