package dev.penstock.servicebus.entity;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The parts of one queue, and the moments at which they change: {@link #advance} begins one and does first what has become due
 * by the clock, so no answer depends on when a timer fires; {@link #finish} ends it and delivers what can be delivered. What
 * happens in between does not look at the clock, so that a {@link Transaction} is one moment.
 *
 * <p>{@link Admission} lets messages in, {@link Contents} keeps them, {@link Delivering} hands them out and {@link Settling}
 * says what becomes of them.
 */
final class QueueCore {
    private final QueueOptions options;
    private final InstantSource clock;
    private final SteadyTime steadyTime;
    private final LongConsumer alarm;
    private final @Nullable QueueCore deadLetters;
    private final Backlog backlog;
    private final Contents contents;
    private final Admission admission;
    private final Settling settling;
    private final Delivering delivering;
    private Moment latest;
    private long askedToWakeAt = Message.FOREVER;
    /** Dead messages have come that nobody has been offered yet. */
    private boolean gotDead;

    /**
     * @param alarm asked, with epoch milliseconds, to call {@link #tick} then
     * @param deadLetters where failed messages go; {@code null} for a dead-letter queue
     */
    QueueCore(String path, QueueOptions options, MessageStore store, InstantSource clock, SteadyTime steadyTime,
            Journal journal, LongConsumer alarm, @Nullable QueueCore deadLetters) {
        this.options = options;
        this.clock = clock;
        this.steadyTime = steadyTime;
        latest = new Moment(clock.millis(), steadyTime.millis());
        this.alarm = alarm;
        this.deadLetters = deadLetters;
        backlog = options.requiresSession()
                ? new SessionBacklog(options.lockDuration().toMillis())
                : new SharedBacklog();
        contents = new Contents(path, store, journal, backlog);
        admission = new Admission(options, contents, deadLetters);
        settling = new Settling(path, options, contents, deadLetters);
        delivering = new Delivering(options, contents, backlog, settling);
        finish(advance());
    }

    QueueOptions options() {
        return options;
    }

    @Nullable
    QueueCore deadLetters() {
        return deadLetters;
    }

    Backlog backlog() {
        return backlog;
    }

    Contents contents() {
        return contents;
    }

    Delivering delivering() {
        return delivering;
    }

    /** Begins a moment: does what has become due, and says what time it is. */
    Moment advance() {
        var now = new Moment(clock.millis(), steadyTime.millis());
        latest = now;
        contents.activateDue(now.wall());
        delivering.endLocks(now.steady(), now);
        backlog.endWaits(now.steady());
        endExpired(now);
        admission.forgetOldMessageIds(now.wall());
        return now;
    }

    private void endExpired(Moment now) {
        for (var expired = contents.takeExpired(now.wall()); expired != null; expired = contents
                .takeExpired(now.wall())) {
            settling.expire(expired, now.wall());
        }
    }

    /** Ends a moment: delivers what can be delivered and asks to be woken for what comes next. */
    void finish(Moment now) {
        // What was locked may have expired meanwhile: it must not be delivered as it comes back.
        endExpired(now);
        delivering.dispatch(now);
        askToBeWoken(now);
        if (deadLetters != null && deadLetters.gotDead) {
            deadLetters.gotDead = false;
            deadLetters.finish(deadLetters.advance());
        }
    }

    private void askToBeWoken(Moment now) {
        long next = Math.min(contents.index().nextDeadline(),
                now.toWall(Math.min(delivering.nextLockEnd(), backlog.nextDeadline())));
        if (next < askedToWakeAt) {
            askedToWakeAt = next;
            alarm.accept(next);
        }
    }

    /** Does everything that has become due. */
    void tick() {
        askedToWakeAt = Message.FOREVER;
        finish(advance());
    }

    /** A number for a message that is stored now, later, or never. */
    long reserveSequenceNumber() {
        return contents.store().takeSequenceNumber();
    }

    /**
     * Checks that all of these messages can be stored, now.
     *
     * @throws RefusedException when the queue is full, or one of them is too large or lacks a session
     */
    void requireAcceptable(List<Message> messages) {
        admission.require(messages);
    }

    /** @throws RefusedException when the queue would hold more than it may */
    void requireRoom(long moreBytes) {
        admission.requireRoom(moreBytes);
    }

    void enqueue(Message message, long number, Moment now) {
        admission.admit(message, number, now.wall());
    }

    /** @throws RefusedException when the lock is lost, or no message of this queue can be settled so */
    void requireSettleable(UUID token, Settlement settlement) {
        settling.requirePossible(settlement);
        var lock = delivering.requireLock(token, latest);
        settling.requireFewProperties(contents.store().get(lock.sequenceNumber()), settlement);
    }

    /** Settles in a moment of its own; throws as {@link #requireSettleable} does. */
    void settle(UUID token, Settlement settlement) {
        var now = advance();
        requireSettleable(token, settlement);
        delivering.settle(token, settlement, now);
        finish(now);
    }

    /**
     * Takes in what another queue gives up, as its dead-letter queue. That one's {@link #finish} delivers it: nothing else may
     * change here in the middle of a transaction that has looked at this queue already.
     */
    void addDead(StoredMessage message, long now, String source, Map<String, Object> properties) {
        contents.add(message.deadLettered(reserveSequenceNumber(), now, source, properties));
        gotDead = true;
    }

    long sizeBytes() {
        return contents.store().sizeBytes();
    }

    long storedCount() {
        return contents.store().messages().size();
    }
}
