package dev.penstock.servicebus.entity;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
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
 * Each command here is one moment of its {@link QueueCore}, which knows the parts that do the work.
 */
public final class Queue {
    public static final String DEAD_LETTER_REASON = "DeadLetterReason";
    public static final String DEAD_LETTER_DESCRIPTION = "DeadLetterErrorDescription";

    private final String path;
    private final QueueOptions options;
    private final QueueCore core;
    private final Contents contents;
    private final Backlog backlog;
    private final Delivering delivering;
    private final @Nullable Sessions sessions;

    /** @param deadLetters where failed messages go; {@code null} for a queue that is a dead-letter queue itself */
    Queue(String path, QueueOptions options, MessageStore store, InstantSource clock, SteadyTime steadyTime,
            Journal journal, Alarms alarms, @Nullable Queue deadLetters) {
        this.path = path;
        this.options = options;
        core = new QueueCore(path, options, store, clock, steadyTime, journal, at -> alarms.wakeAt(this, at),
                deadLetters == null ? null : deadLetters.core);
        contents = core.contents();
        backlog = core.backlog();
        delivering = core.delivering();
        sessions = backlog instanceof SessionBacklog withSessions ? new Sessions(core, withSessions) : null;
    }

    public String path() {
        return path;
    }

    public boolean isDeadLetterQueue() {
        return core.deadLetters() == null;
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
        var now = core.advance();
        core.requireAcceptable(messages);
        List<Long> numbers = new ArrayList<>(messages.size());
        for (var message : messages) {
            long number = core.reserveSequenceNumber();
            core.enqueue(message, number, now);
            numbers.add(number);
        }
        core.finish(now);
        return numbers;
    }

    /**
     * Takes scheduled messages back: all of them, or none.
     *
     * @throws RefusedException when one of them is not there, or not scheduled
     */
    public void cancelScheduled(List<Long> sequenceNumbers) {
        contents.requireUsable();
        var now = core.advance();
        List<StoredMessage> canceled = new ArrayList<>();
        for (long number : new LinkedHashSet<>(sequenceNumbers)) {
            var message = contents.store().find(number);
            if (message == null || message.state() != MessageState.SCHEDULED) {
                throw new RefusedException(Condition.MESSAGE_NOT_FOUND,
                        "No scheduled message has sequence number " + number + ".");
            }
            canceled.add(message);
        }
        for (var message : canceled) {
            contents.take(message);
            contents.delete(message);
        }
        core.finish(now);
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
        var now = core.advance();
        var wanted = backlog.deliverable(holder)
                .filter(message -> message.enqueuedAt() < enqueuedBefore)
                .limit(maxCount)
                .toList();
        for (var message : wanted) {
            contents.take(message);
            contents.delete(message);
        }
        core.finish(now);
        return wanted.size();
    }

    /** Says that the consumer can take messages; it is asked again by {@link Consumer#ready} before each. */
    public void consumerReady(Consumer consumer) {
        var now = core.advance();
        backlog.consumerReady(consumer);
        core.finish(now);
    }

    /**
     * Forgets a consumer. What it holds goes back to the queue, its session is free at once.
     *
     * @param countDeliveries whether the messages it held count as failed deliveries
     */
    public void consumerGone(Consumer consumer, boolean countDeliveries) {
        var now = core.advance();
        backlog.consumerGone(consumer);
        delivering.takeBackFrom(consumer, countDeliveries, now);
        core.finish(now);
    }

    /** Forgets a consumer that can't be reached any more, but leaves it the locks it has until they run out. */
    public void consumerLost(Consumer consumer) {
        var now = core.advance();
        backlog.consumerLost(consumer);
        core.finish(now);
    }

    /**
     * Extends a lock by the queue's lock duration, from now.
     *
     * @return the lock's new end, epoch milliseconds
     * @throws RefusedException when the lock is lost
     */
    public long renewLock(UUID token) {
        var now = core.advance();
        long until = delivering.renew(token, now);
        core.finish(now);
        return until;
    }

    /**
     * Gives a locked message back, one way or the other.
     *
     * @throws RefusedException when the lock is lost
     */
    public void settle(UUID token, Settlement settlement) {
        core.settle(token, settlement);
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
        var now = core.advance();
        var deliveries = delivering.deliverDeferred(sequenceNumbers, mode, holder, now);
        core.finish(now);
        return deliveries;
    }

    /** Messages from a sequence number on, in order, whatever their state, without locking them. */
    public List<StoredMessage> peek(long fromSequenceNumber, int maxCount, @Nullable String sessionId) {
        core.finish(core.advance());
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
        core.finish(core.advance());
        int locked = delivering.lockedCount();
        int scheduled = contents.index().scheduledCount();
        int deferred = contents.index().deferredCount();
        var deadLetters = core.deadLetters();
        return new QueueCounts(core.storedCount() - locked - scheduled - deferred, locked, scheduled, deferred,
                deadLetters == null ? 0 : deadLetters.storedCount());
    }

    /** Takes all locks away from their holders at once, as if they had run out. */
    public void loseLocks() {
        var now = core.advance();
        delivering.endLocks(Message.FOREVER, now);
        core.finish(now);
    }

    /** Does everything that has become due. */
    public void tick() {
        core.tick();
    }

    QueueCore core() {
        return core;
    }
}
