package dev.penstock.servicebus.entity;

import java.time.InstantSource;
import java.util.ArrayList;
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
 * {@link Admission} lets messages in, {@link Contents} keeps them, {@link Delivering} hands them out and {@link Settling} says
 * what becomes of them. Each command here first does what has become due by the clock, so no answer depends on when a timer
 * fires, and last delivers what can be delivered.
 */
public final class Queue {
    public static final String DEAD_LETTER_REASON = "DeadLetterReason";
    public static final String DEAD_LETTER_DESCRIPTION = "DeadLetterErrorDescription";

    private final String path;
    private final QueueOptions options;
    private final InstantSource clock;
    private final Alarms alarms;
    private final @Nullable Queue deadLetters;
    private final Backlog backlog;
    private final Contents contents;
    private final Admission admission;
    private final Settling settling;
    private final Delivering delivering;
    private final @Nullable Sessions sessions;
    private long latestTime;
    private long askedToWakeAt = Message.FOREVER;

    /** @param deadLetters where failed messages go; {@code null} for a queue that is a dead-letter queue itself */
    Queue(String path, QueueOptions options, MessageStore store, InstantSource clock, Journal journal, Alarms alarms,
            @Nullable Queue deadLetters) {
        this.path = path;
        this.options = options;
        this.clock = clock;
        this.alarms = alarms;
        this.deadLetters = deadLetters;
        backlog = options.requiresSession()
                ? new SessionBacklog(options.lockDuration().toMillis())
                : new SharedBacklog();
        contents = new Contents(path, store, journal, backlog);
        admission = new Admission(options, contents, deadLetters);
        settling = new Settling(path, options, contents, deadLetters);
        delivering = new Delivering(options, contents, backlog, settling);
        sessions = backlog instanceof SessionBacklog withSessions ? new Sessions(this, contents, withSessions) : null;
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
        return enqueue(List.of(message)).getFirst();
    }

    /**
     * Stores all of the messages, or none of them.
     *
     * @return their sequence numbers
     * @throws RefusedException as {@link #enqueue(Message)} does
     */
    public List<Long> enqueue(List<Message> messages) {
        long now = advance();
        requireAcceptable(messages);
        List<Long> numbers = new ArrayList<>(messages.size());
        for (var message : messages) {
            long number = reserveSequenceNumber();
            enqueueAt(now, message, number);
            numbers.add(number);
        }
        finish(now);
        return numbers;
    }

    /** A number for a message that a transaction will store later, or never. */
    long reserveSequenceNumber() {
        return contents.store().takeSequenceNumber();
    }

    /** Stores without looking at the clock; for {@link Transaction}, whose operations all happen at one moment. */
    void enqueueAt(long now, Message message, long number) {
        admission.admit(message, number, now);
    }

    /**
     * Checks that {@link #enqueue(List)} would take these messages, all of them, now.
     *
     * @throws RefusedException when the queue is full, or one of them is too large or lacks a session
     */
    void requireAcceptable(List<Message> messages) {
        admission.require(messages);
    }

    long sizeBytes() {
        return contents.store().sizeBytes();
    }

    /** Takes in what another queue gives up, as its dead-letter queue. */
    void addDead(StoredMessage message, long now, String source, Map<String, Object> properties) {
        advance();
        contents.add(message.deadLettered(reserveSequenceNumber(), now, source, properties));
        finish(now);
    }

    /**
     * Drops a scheduled message.
     *
     * @throws RefusedException when there is no such scheduled message (any more)
     */
    public void cancelScheduled(long sequenceNumber) {
        contents.requireUsable();
        long now = advance();
        var message = contents.store().find(sequenceNumber);
        if (message == null || message.state() != MessageState.SCHEDULED) {
            throw new RefusedException(Condition.MESSAGE_NOT_FOUND,
                    "No scheduled message has sequence number " + sequenceNumber + ".");
        }
        contents.take(message);
        contents.delete(message);
        finish(now);
    }

    /**
     * Deletes deliverable messages, the oldest first.
     *
     * @param enqueuedBefore epoch milliseconds
     * @param holder the session's owner, for queues with sessions: only that session's messages are deleted
     * @return how many were deleted
     * @throws RefusedException when the session is not held by the consumer
     */
    public int deleteMessages(int maxCount, long enqueuedBefore, @Nullable Consumer holder) {
        contents.requireUsable();
        long now = advance();
        var wanted = backlog.deliverable(holder)
                .filter(message -> message.enqueuedAt() < enqueuedBefore)
                .limit(maxCount)
                .toList();
        for (var message : wanted) {
            contents.take(message);
            contents.delete(message);
        }
        finish(now);
        return wanted.size();
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
        delivering.takeBackFrom(consumer, countDeliveries, now);
        finish(now);
    }

    /** Forgets a consumer that can't be reached any more, but leaves it the locks it has until they run out. */
    public void consumerLost(Consumer consumer) {
        long now = advance();
        backlog.consumerLost(consumer);
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
        long until = delivering.renew(token, now);
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
        settling.requirePossible(settlement);
        delivering.requireLock(token, latestTime);
    }

    /** Settles without looking at the clock; for {@link Transaction}. */
    void settleAt(long now, UUID token, Settlement settlement) {
        delivering.settle(token, settlement, now);
    }

    /**
     * Receives deferred messages by sequence number; numbers that are not deferred or are locked are left out.
     *
     * @param holder the session's owner, for queues with sessions
     * @throws RefusedException when the session is not held by the consumer
     */
    public List<Delivery> receiveDeferred(List<Long> sequenceNumbers, ReceiveMode mode, @Nullable Consumer holder) {
        if (mode == ReceiveMode.RECEIVE_AND_DELETE) {
            contents.requireUsable();
        }
        long now = advance();
        var deliveries = delivering.deliverDeferred(sequenceNumbers, mode, holder, now);
        finish(now);
        return deliveries;
    }

    /** Messages from a sequence number on, in order, whatever their state, without locking them. */
    public List<StoredMessage> peek(long fromSequenceNumber, int maxCount, @Nullable String sessionId) {
        finish(advance());
        return contents.store()
                .messages()
                .from(fromSequenceNumber)
                .filter(message -> sessionId == null || sessionId.equals(message.message().sessionId()))
                .limit(maxCount)
                .toList();
    }

    /**
     * Its sessions.
     *
     * @throws RefusedException when it has none
     */
    public Sessions sessions() {
        if (sessions == null) {
            throw new RefusedException(Condition.NOT_ALLOWED,
                    "The queue has no sessions: receive from it without one, or create it with requiresSession.");
        }
        return sessions;
    }

    public QueueCounts counts() {
        finish(advance());
        int locked = delivering.lockedCount();
        int scheduled = contents.index().scheduledCount();
        int deferred = contents.index().deferredCount();
        return new QueueCounts(storedCount() - locked - scheduled - deferred, locked, scheduled, deferred,
                deadLetters == null ? 0 : deadLetters.storedCount());
    }

    private long storedCount() {
        return contents.store().messages().size();
    }

    /** Takes all locks away from their holders at once, as if they had run out. */
    public void loseLocks() {
        long now = advance();
        delivering.endLocks(Message.FOREVER, now);
        finish(now);
    }

    /** Does everything that has become due. */
    public void tick() {
        askedToWakeAt = Message.FOREVER;
        finish(advance());
    }

    /** Begins every command: does what has become due, and says what time it is. */
    long advance() {
        // A clock that is set back must not let the order of locks and their ends come apart.
        latestTime = Math.max(latestTime, clock.millis());
        long now = latestTime;
        contents.activateDue(now);
        delivering.endLocks(now, now);
        backlog.endWaits(now);
        for (var expired = contents.takeExpired(now); expired != null; expired = contents.takeExpired(now)) {
            settling.expire(expired, now);
        }
        admission.forgetOldMessageIds(now);
        return now;
    }

    /** Ends every command: delivers what can be delivered and asks to be woken for what comes next. */
    void finish(long now) {
        delivering.dispatch(now);
        long next = Math.min(contents.index().nextDeadline(),
                Math.min(delivering.nextLockEnd(), backlog.nextDeadline()));
        if (next < askedToWakeAt) {
            askedToWakeAt = next;
            alarms.wakeAt(this, next);
        }
    }

    /** From now on nothing is taken, settled or made durable. */
    void drop() {
        contents.drop();
    }

    List<Change> snapshot() {
        return contents.snapshot();
    }
}
