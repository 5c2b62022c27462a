package dev.penstock.servicebus.entity;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One queue. A message is, at any moment, in exactly one of these places:
 *
 * <pre>
 *  enqueue ─┬─▶ scheduled ──time──▶ backlog ──deliver──▶ locked ──complete──▶ gone
 *           └──────────────────────▶  ▲ ▲                │ │ │
 *                                     │ └─ abandon, release, lock expiry
 *                                     │                    │ └─ dead-letter, or the last delivery failed ─▶ dead-letter queue
 *                                     └─(as before)─┐      ▼
 *                                               deferred ◀─┘ defer
 *                                                   └──receiveDeferred──▶ locked
 * </pre>
 *
 * Each command first does what has become due by the clock, so no answer depends on when a timer fires.
 */
public final class Queue {
    public static final String DEAD_LETTER_REASON = "DeadLetterReason";
    public static final String DEAD_LETTER_DESCRIPTION = "DeadLetterErrorDescription";
    private static final int MAX_REMEMBERED_MESSAGE_IDS = 4_000_000;

    private final String path;
    private final QueueOptions options;
    private final InstantSource clock;
    private final Journal journal;
    private final Alarms alarms;
    private final @Nullable Queue deadLetters;
    private final MessageStore store;
    private final Locks locks = new Locks();
    private final Backlog backlog;
    private final @Nullable SessionBacklog sessionBacklog;
    private final MessageIndex index;
    private long latestTime;
    private boolean dropped;
    private long askedToWakeAt = Message.FOREVER;

    /** @param deadLetters where failed messages go; {@code null} for a queue that is a dead-letter queue itself */
    Queue(String path, QueueOptions options, MessageStore store, InstantSource clock, Journal journal, Alarms alarms,
            @Nullable Queue deadLetters) {
        this.path = path;
        this.options = options;
        this.store = store;
        this.clock = clock;
        this.journal = journal;
        this.alarms = alarms;
        this.deadLetters = deadLetters;
        sessionBacklog = options.requiresSession() ? new SessionBacklog(options.lockDuration().toMillis()) : null;
        backlog = sessionBacklog != null ? sessionBacklog : new SharedBacklog();
        index = new MessageIndex(backlog);
        store.messages().values().forEach(index::add);
        finish(advance());
    }

    public String path() {
        return path;
    }

    public boolean isDeadLetterQueue() {
        return deadLetters == null;
    }

    public QueueOptions options() {
        return options;
    }

    /**
     * Stores a message, unless duplicate detection has seen its id within the window: then it is dropped, silently.
     *
     * @return its sequence number, by which a scheduled message can be cancelled
     * @throws RefusedException when the queue is full, or the message is too large or lacks a session
     */
    public long enqueue(Message message) {
        long now = advance();
        requireAcceptable(List.of(message));
        long number = store.takeSequenceNumber();
        enqueueAt(now, message, number);
        finish(now);
        return number;
    }

    /** A number for a message that a transaction will store later, or never. */
    long reserveSequenceNumber() {
        return store.takeSequenceNumber();
    }

    /** Stores without looking at the clock; for {@link Transaction}, whose operations all happen at one moment. */
    void enqueueAt(long now, Message message, long number) {
        if (options.duplicateDetection() != null) {
            if (store.hasSeen(message.messageId())) {
                record(new Change.SequenceReached(number));
                return;
            }
            record(new Change.MessageIdSeen(message.messageId(), now));
        }
        var state = message.scheduledAt() > now ? MessageState.SCHEDULED : MessageState.ACTIVE;
        var limited = message.withTimeToLive(options.effectiveTimeToLive(message.timeToLive()));
        put(new StoredMessage(limited, number, number, now, state, 0, Map.of(), null));
    }

    /**
     * Checks that {@link #enqueue} would take these messages, all of them, now.
     *
     * @throws RefusedException when the queue is full, or one of them is too large or lacks a session
     */
    public void requireAcceptable(List<Message> messages) {
        requireUsable();
        long bytes = 0;
        for (var message : messages) {
            requireAcceptable(message);
            bytes += message.encoded().length;
        }
        if (sizeBytes() + bytes > options.maxSizeBytes()) {
            throw new RefusedException(Condition.RESOURCE_LIMIT_EXCEEDED, "The queue is full (" + options.maxSizeBytes()
                    + " bytes). Receive messages or empty its dead-letter queue, then send again.");
        }
        if (store.seenMessageIds() + messages.size() > MAX_REMEMBERED_MESSAGE_IDS) {
            throw new RefusedException(Condition.RESOURCE_LIMIT_EXCEEDED,
                    "Too many message ids within the duplicate detection window. Send slower or shorten the window.");
        }
    }

    private void requireAcceptable(Message message) {
        if (message.encoded().length > options.maxMessageSizeBytes()) {
            throw new RefusedException(Condition.MESSAGE_SIZE_EXCEEDED, "The message has " + message.encoded().length
                    + " bytes; the queue takes up to " + options.maxMessageSizeBytes() + ". Send less in one message.");
        }
        if (options.requiresSession() && message.sessionId() == null) {
            throw new RefusedException(Condition.NOT_ALLOWED,
                    "The queue requires sessions: set a session id on the message.");
        }
    }

    private long sizeBytes() {
        return store.sizeBytes() + (deadLetters == null ? 0 : deadLetters.store.sizeBytes());
    }

    /**
     * Drops a scheduled message.
     *
     * @throws RefusedException when there is no such scheduled message (any more)
     */
    public void cancelScheduled(long sequenceNumber) {
        requireUsable();
        long now = advance();
        var message = store.find(sequenceNumber);
        if (message == null || message.state() != MessageState.SCHEDULED) {
            throw new RefusedException(Condition.MESSAGE_NOT_FOUND,
                    "No scheduled message has sequence number " + sequenceNumber + ".");
        }
        index.remove(message);
        record(new Change.Removed(sequenceNumber));
        finish(now);
    }

    /** Says that the consumer can take messages; it is asked again by {@link Consumer#ready} before each. */
    public void consumerReady(Consumer consumer) {
        long now = advance();
        backlog.consumerReady(consumer);
        finish(now);
    }

    /**
     * Forgets a consumer. What it holds goes back to the queue, its session is free at once.
     *
     * @param countDeliveries whether the messages it held count as failed deliveries
     */
    public void consumerGone(Consumer consumer, boolean countDeliveries) {
        long now = advance();
        backlog.consumerGone(consumer);
        giveBackAllOf(consumer, countDeliveries, now);
        finish(now);
    }

    /**
     * Extends a lock by the queue's lock duration, from now.
     *
     * @return the lock's new end, epoch milliseconds
     * @throws RefusedException when the lock is lost
     */
    public long renewLock(UUID token) {
        long now = advance();
        var lock = requireLock(token);
        if (lock.expiresAt() == Message.FOREVER) {
            throw new RefusedException(Condition.NOT_ALLOWED,
                    "The message is locked with its session: renew the session's lock instead.");
        }
        long until = now + options.lockDuration().toMillis();
        locks.renew(lock, until);
        finish(now);
        return until;
    }

    /**
     * Gives a locked message back, one way or the other.
     *
     * @throws RefusedException when the lock is lost
     */
    public void settle(UUID token, Settlement settlement) {
        long now = advance();
        requireSettleable(token, settlement);
        settleAt(now, token, settlement);
        finish(now);
    }

    /** Checks {@link #settle} without looking at the clock. */
    void requireSettleable(UUID token, Settlement settlement) {
        requireUsable();
        requireLock(token);
        if (settlement instanceof Settlement.DeadLetter && deadLetters == null) {
            throw new RefusedException(Condition.NOT_ALLOWED,
                    "The message is in the dead-letter queue already: complete it, or send a copy elsewhere first.");
        }
    }

    /** Settles without looking at the clock; for {@link Transaction}. */
    void settleAt(long now, UUID token, Settlement settlement) {
        var lock = requireLock(token);
        locks.remove(lock);
        apply(settlement, store.get(lock.sequenceNumber()), now);
    }

    private Locks.Lock requireLock(UUID token) {
        var lock = locks.find(token);
        if (lock == null) {
            throw lockLost();
        }
        return lock;
    }

    private RefusedException lockLost() {
        return options.requiresSession()
                ? sessionLockLost()
                : new RefusedException(Condition.MESSAGE_LOCK_LOST,
                        "The lock has run out or the message is settled already. It is delivered again if it is not.");
    }

    private static RefusedException sessionLockLost() {
        return new RefusedException(Condition.SESSION_LOCK_LOST,
                "The session's lock has run out or is held by another receiver. Accept the session again.");
    }

    private void apply(Settlement settlement, StoredMessage message, long now) {
        switch (settlement) {
            case Settlement.Complete() -> record(new Change.Removed(message.sequenceNumber()));
            case Settlement.Release() -> index.add(message);
            case Settlement.Abandon(var properties) -> deliveryFailed(message, properties, now);
            case Settlement.Defer(var properties) -> index.add(
                    update(message, MessageState.DEFERRED, message.deliveryCount(),
                            message.propertiesPlus(properties)));
            case Settlement.DeadLetter(var reason, var description, var properties) ->
                deadLetter(message, reason, description, properties, now);
        }
    }

    private void deliveryFailed(StoredMessage message, Map<String, Object> properties, long now) {
        int count = message.deliveryCount() + 1;
        if (count >= options.maxDeliveryCount() && deadLetters != null) {
            deadLetter(message, "MaxDeliveryCountExceeded",
                    "Message could not be consumed after " + count + " delivery attempts.", properties, now);
        } else {
            index.add(update(message, message.state(), count, message.propertiesPlus(properties)));
        }
    }

    private void deadLetter(StoredMessage message, @Nullable String reason, @Nullable String description,
            Map<String, Object> properties, long now) {
        if (deadLetters == null) {
            throw new IllegalStateException("a dead-letter queue has no dead-letter queue");
        }
        Map<String, Object> all = new HashMap<>(properties);
        if (reason != null) {
            all.put(DEAD_LETTER_REASON, reason);
        }
        if (description != null) {
            all.put(DEAD_LETTER_DESCRIPTION, description);
        }
        record(new Change.Removed(message.sequenceNumber()));
        deadLetters.advance();
        deadLetters.put(message.deadLettered(deadLetters.store.takeSequenceNumber(), now, path, all));
        deadLetters.finish(now);
    }

    /**
     * Receives deferred messages by sequence number; numbers that are not deferred or are locked are left out.
     *
     * @param holder the session's owner, for queues with sessions
     * @throws RefusedException when the session is not held by the consumer
     */
    public List<Delivery> receiveDeferred(List<Long> sequenceNumbers, ReceiveMode mode, @Nullable Consumer holder) {
        if (mode == ReceiveMode.RECEIVE_AND_DELETE) {
            requireUsable();
        }
        long now = advance();
        long lockEnd = lockEndFor(holder, now);
        List<Delivery> deliveries = new ArrayList<>();
        for (long number : sequenceNumbers) {
            if (index.isDeferred(number) && mayReceive(store.get(number), holder)) {
                var message = store.get(number);
                index.remove(message);
                deliveries.add(handOver(message, mode, holder, lockEnd));
            }
        }
        finish(now);
        return deliveries;
    }

    private boolean mayReceive(StoredMessage message, @Nullable Consumer holder) {
        return sessionBacklog == null || (holder instanceof SessionConsumer owner && owner.sessionId() != null
                && owner.sessionId().equals(message.message().sessionId()));
    }

    private long lockEndFor(@Nullable Consumer holder, long now) {
        if (sessionBacklog == null) {
            return now + options.lockDuration().toMillis();
        }
        var lockedUntil = holder == null ? null : sessionBacklog.lockedUntil(holder);
        if (lockedUntil == null) {
            throw sessionLockLost();
        }
        return lockedUntil;
    }

    /** Messages from a sequence number on, in order, whatever their state, without locking them. */
    public List<StoredMessage> peek(long fromSequenceNumber, int maxCount, @Nullable String sessionId) {
        finish(advance());
        List<StoredMessage> found = new ArrayList<>();
        for (var message : store.messages().tailMap(fromSequenceNumber).values()) {
            if (found.size() == maxCount) {
                break;
            }
            if (sessionId == null || sessionId.equals(message.message().sessionId())) {
                found.add(message);
            }
        }
        return found;
    }

    /**
     * Locks a session for the consumer, which learns it by {@link SessionConsumer#granted}.
     *
     * @throws RefusedException when another holds it, or the queue has no sessions
     */
    public void acceptSession(String sessionId, SessionConsumer consumer) {
        long now = advance();
        sessions().accept(sessionId, consumer, now);
        finish(now);
    }

    /** Locks the next session with messages, now or before the deadline (epoch milliseconds); else the consumer times out. */
    public void acceptNextSession(SessionConsumer consumer, long deadline) {
        long now = advance();
        sessions().acceptNext(consumer, deadline);
        finish(now);
    }

    /**
     * Extends a session's lock by the queue's lock duration, from now.
     *
     * @return the lock's new end, epoch milliseconds
     * @throws RefusedException when the consumer does not hold it
     */
    public long renewSessionLock(String sessionId, @Nullable Consumer consumer) {
        long now = advance();
        var until = sessions().renew(sessionId, consumer, now);
        if (until == null) {
            throw sessionLockLost();
        }
        finish(now);
        return until;
    }

    public byte @Nullable [] sessionState(String sessionId) {
        finish(advance());
        sessions();
        return store.sessionState(sessionId);
    }

    /**
     * Replaces a session's state; {@code null} clears it.
     *
     * @throws RefusedException when the consumer does not hold the session's lock, or the state is too large
     */
    public void setSessionState(String sessionId, byte @Nullable [] state, @Nullable Consumer consumer) {
        requireUsable();
        long now = advance();
        if (!sessions().isHeldBy(sessionId, consumer)) {
            throw sessionLockLost();
        }
        if (state != null && state.length > options.maxMessageSizeBytes()) {
            throw new RefusedException(Condition.MESSAGE_SIZE_EXCEEDED, "The session state has " + state.length
                    + " bytes; up to " + options.maxMessageSizeBytes() + " are kept.");
        }
        record(new Change.SessionStateSet(sessionId, state));
        finish(now);
    }

    private SessionBacklog sessions() {
        if (sessionBacklog == null) {
            throw new RefusedException(Condition.NOT_ALLOWED,
                    "The queue has no sessions: receive from it without one, or create it with requiresSession.");
        }
        return sessionBacklog;
    }

    public QueueCounts counts() {
        finish(advance());
        long idle = (long) store.messages().size() - index.scheduledCount() - index.deferredCount() - locks.size();
        return new QueueCounts(idle, locks.size(), index.scheduledCount(), index.deferredCount(),
                deadLetters == null ? 0 : deadLetters.store.messages().size());
    }

    /** Does everything that has become due. */
    public void tick() {
        askedToWakeAt = Message.FOREVER;
        finish(advance());
    }

    long advance() {
        // A clock that is set back must not let the order of locks and their ends come apart.
        latestTime = Math.max(latestTime, clock.millis());
        long now = latestTime;
        for (var number = index.pollActivation(now); number != null; number = index.pollActivation(now)) {
            activate(number, now);
        }
        for (var lock = locks.pollExpired(now); lock != null; lock = locks.pollExpired(now)) {
            deliveryFailed(store.get(lock.sequenceNumber()), Map.of(), now);
        }
        if (sessionBacklog != null) {
            advanceSessions(sessionBacklog, now);
        }
        for (var number = index.pollExpired(now); number != null; number = index.pollExpired(now)) {
            expire(store.get(number), now);
        }
        if (options.duplicateDetection() != null) {
            store.forgetMessageIdsSeenUntil(now - options.duplicateDetection().toMillis());
        }
        return now;
    }

    private void advanceSessions(SessionBacklog sessions, long now) {
        loseSessions(sessions, now, now);
        for (var waiter = sessions.pollTimedOut(now); waiter != null; waiter = sessions.pollTimedOut(now)) {
            waiter.timedOut();
        }
    }

    private void loseSessions(SessionBacklog sessions, long lockedUpTo, long now) {
        for (var owner = sessions.pollExpired(lockedUpTo); owner != null; owner = sessions.pollExpired(lockedUpTo)) {
            giveBackAllOf(owner, true, now);
            owner.sessionLost();
        }
    }

    private void activate(long number, long now) {
        long newNumber = store.takeSequenceNumber();
        record(new Change.Activated(number, newNumber, now));
        index.add(store.get(newNumber));
    }

    private void expire(StoredMessage message, long now) {
        index.remove(message);
        if (options.deadLetteringOnMessageExpiration() && deadLetters != null) {
            deadLetter(message, "TTLExpiredException", "The message expired and was dead lettered.", Map.of(), now);
        } else {
            record(new Change.Removed(message.sequenceNumber()));
        }
    }

    private void giveBackAllOf(Consumer consumer, boolean countDeliveries, long now) {
        for (var lock : locks.removeAllOf(consumer)) {
            var settlement = countDeliveries ? new Settlement.Abandon(Map.of()) : new Settlement.Release();
            apply(settlement, store.get(lock.sequenceNumber()), now);
        }
    }

    private void put(StoredMessage message) {
        record(new Change.Put(message));
        index.add(message);
    }

    private StoredMessage update(StoredMessage message, MessageState state, int deliveryCount,
            Map<String, Object> properties) {
        record(new Change.Updated(message.sequenceNumber(), state, deliveryCount, properties));
        return store.get(message.sequenceNumber());
    }

    private Delivery handOver(StoredMessage message, ReceiveMode mode, @Nullable Consumer consumer, long lockedUntil) {
        if (mode == ReceiveMode.RECEIVE_AND_DELETE) {
            record(new Change.Removed(message.sequenceNumber()));
            return new Delivery(message, null, 0);
        }
        long expiresAt = sessionBacklog == null ? lockedUntil : Message.FOREVER;
        var lock = locks.lock(message.sequenceNumber(), consumer, expiresAt);
        return new Delivery(message, lock.token(), lockedUntil);
    }

    /** Ends every command: delivers what can be delivered and asks to be woken for what comes next. */
    void finish(long now) {
        backlog.dispatch(now, (consumer, message) -> {
            index.remove(message);
            consumer.deliver(handOver(message, consumer.mode(), consumer, lockEndFor(consumer, now)));
        });
        long next = Math.min(index.nextDeadline(), locks.nextExpiry());
        if (sessionBacklog != null) {
            next = Math.min(next, sessionBacklog.nextDeadline());
        }
        if (next < askedToWakeAt) {
            askedToWakeAt = next;
            alarms.wakeAt(this, next);
        }
    }

    private void record(Change.OfStore change) {
        if (!dropped) {
            journal.append(path, change);
        }
        store.apply(change);
    }

    /** From now on nothing is taken, settled or made durable. */
    void drop() {
        dropped = true;
    }

    private void requireUsable() {
        if (dropped) {
            throw Namespace.notFound(path);
        }
        journal.requireWritable();
    }

    /** Takes all locks away from their holders at once, as if they had run out. */
    public void loseLocks() {
        long now = advance();
        for (var lock = locks.pollExpired(Message.FOREVER); lock != null; lock = locks.pollExpired(Message.FOREVER)) {
            deliveryFailed(store.get(lock.sequenceNumber()), Map.of(), now);
        }
        if (sessionBacklog != null) {
            loseSessions(sessionBacklog, Message.FOREVER, now);
        }
        finish(now);
    }

    /** Forgets a consumer that can't be reached any more, but leaves it the locks it has until they run out. */
    public void consumerLost(Consumer consumer) {
        long now = advance();
        backlog.consumerLost(consumer);
        finish(now);
    }

    List<Change> snapshot() {
        return store.snapshot();
    }
}
