package dev.penstock.servicebus.entity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.servicebus.ManualClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class QueueTest {
    private static final Duration LOCK = Duration.ofSeconds(30);

    private final ManualClock clock = new ManualClock();
    private final List<Long> alarms = new ArrayList<>();
    private final Namespace namespace = new Namespace(clock, Journal.NONE, (_, at) -> alarms.add(at - clock.millis()),
            new RecoveredQueues());
    private final Queue queue = create("queue", UnaryOperator.identity());

    private Queue create(String name, UnaryOperator<QueueOptions> options) {
        return namespace.create(name, options.apply(QueueOptions.DEFAULTS.lockDuration(LOCK).maxDeliveryCount(3)));
    }

    private Queue createWithSessions(String name) {
        return create(name, q -> q.requiresSession(true));
    }

    private static Message message(String body) {
        return message(body, null, Message.FOREVER, 0);
    }

    private static Message inSession(String session, String body) {
        return message(body, session, Message.FOREVER, 0);
    }

    private static Message message(String body, @Nullable String session, long ttl, long scheduledAt) {
        return new Message(body, session, ttl, scheduledAt, body.getBytes(StandardCharsets.UTF_8));
    }

    private Queue deadLettersOf(Queue of) {
        return namespace.require(of.path() + "/$DeadLetterQueue");
    }

    private RecordingConsumer consume(Queue from, int credit) {
        var consumer = new RecordingConsumer(credit);
        from.consumerReady(consumer);
        return consumer;
    }

    private static void assertRefused(Condition condition, ThrowingCallable command) {
        assertThatThrownBy(command).isInstanceOfSatisfying(RefusedException.class,
                e -> assertThat(e.condition()).isEqualTo(condition));
    }

    @Test
    void messagesGoInOrderToConsumersInTurnAsFarAsTheirCreditGoes() {
        var first = consume(queue, 2);
        var second = consume(queue, 1);

        for (var body : List.of("a", "b", "c", "d")) {
            queue.enqueue(message(body));
        }

        assertThat(first.bodies()).containsExactly("a", "c");
        assertThat(second.bodies()).containsExactly("b");
        assertThat(queue.counts()).isEqualTo(new QueueCounts(1, 3, 0, 0, 0));
    }

    @Test
    void aLockThatRunsOutCountsAsAFailedDelivery() {
        var consumer = consume(queue, 1);
        queue.enqueue(message("a"));
        assertThat(alarms).containsExactly(LOCK.toMillis());

        clock.advance(LOCK.minusMillis(1));
        queue.tick();
        assertThat(queue.counts().locked()).isEqualTo(1);
        clock.advance(Duration.ofMillis(1));
        queue.tick();

        assertThat(queue.counts()).isEqualTo(new QueueCounts(1, 0, 0, 0, 0));
        assertThat(queue.peek(0, 1, null).getFirst().deliveryCount()).isEqualTo(1);
        assertRefused(Condition.MESSAGE_LOCK_LOST,
                () -> queue.settle(consumer.lastToken(), new Settlement.Complete()));
    }

    @Test
    void aRenewedLockEndsALockDurationAfterItsRenewal() {
        var consumer = consume(queue, 1);
        queue.enqueue(message("a"));
        clock.advance(Duration.ofSeconds(20));

        long until = queue.renewLock(consumer.lastToken());

        assertThat(until).isEqualTo(clock.millis() + LOCK.toMillis());
        clock.advance(Duration.ofSeconds(29));
        queue.settle(consumer.lastToken(), new Settlement.Complete());
        assertThat(queue.counts()).isEqualTo(new QueueCounts(0, 0, 0, 0, 0));
    }

    @Test
    void nothingDependsOnATimerHavingFired() {
        var consumer = consume(queue, 1);
        queue.enqueue(message("a"));

        clock.advance(LOCK);

        assertRefused(Condition.MESSAGE_LOCK_LOST,
                () -> queue.settle(consumer.lastToken(), new Settlement.Complete()));
    }

    @Test
    void theLastFailedDeliveryDeadLettersTheMessage() {
        queue.enqueue(message("poison"));
        for (int i = 0; i < 3; i++) {
            queue.settle(consume(queue, 1).lastToken(), new Settlement.Abandon(Map.of("attempt", i)));
        }

        assertThat(queue.counts()).isEqualTo(new QueueCounts(0, 0, 0, 0, 1));
        var dead = consume(deadLettersOf(queue), 1).last().message();
        assertThat(dead.changedProperties()).containsEntry("attempt", 2)
                .containsEntry(Queue.DEAD_LETTER_REASON,
                        "MaxDeliveryCountExceeded");
        assertThat(dead.deadLetterSource()).isEqualTo("queue");
    }

    @Test
    void whatAGoneConsumerHeldIsGivenBackUncountedOrCounted() {
        queue.enqueue(message("a"));
        queue.enqueue(message("b"));
        var consumer = consume(queue, 2);

        queue.consumerGone(consumer, false);
        assertThat(queue.peek(0, 2, null)).extracting(StoredMessage::deliveryCount).containsOnly(0);
        var other = consume(queue, 2);
        assertThat(other.bodies()).containsExactly("a", "b");
        queue.consumerGone(other, true);

        assertThat(queue.peek(0, 2, null)).extracting(StoredMessage::deliveryCount).containsOnly(1);
    }

    @Test
    void theTokenOfAGoneConsumerIsGoodUntilTheMessageIsDeliveredAnew() {
        queue.enqueue(message("a"));
        var first = consume(queue, 1);
        queue.consumerGone(first, false);

        queue.renewLock(first.lastToken());
        assertThat(queue.counts().locked()).isEqualTo(1);
        queue.settle(first.lastToken(), new Settlement.Abandon(Map.of()));
        assertRefused(Condition.MESSAGE_LOCK_LOST, () -> queue.settle(first.lastToken(), new Settlement.Complete()));
        var second = consume(queue, 1);
        queue.consumerGone(second, false);
        var third = consume(queue, 1);
        assertRefused(Condition.MESSAGE_LOCK_LOST, () -> queue.settle(second.lastToken(), new Settlement.Complete()));

        queue.consumerGone(third, false);
        queue.settle(third.lastToken(), new Settlement.Complete());
        assertThat(queue.counts()).isEqualTo(new QueueCounts(0, 0, 0, 0, 0));
    }

    @Test
    void theTokenOfAGoneConsumerEndsWithItsLock() {
        queue.enqueue(message("a"));
        var gone = consume(queue, 1);
        queue.consumerGone(gone, false);

        clock.advance(LOCK);

        assertRefused(Condition.MESSAGE_LOCK_LOST, () -> queue.settle(gone.lastToken(), new Settlement.Complete()));
        assertThat(queue.counts().active()).isEqualTo(1);
    }

    @Test
    void aDeadLetterQueueCountsNoDeliveries() {
        queue.enqueue(message("poison"));
        for (int i = 0; i < 3; i++) {
            queue.settle(consume(queue, 1).lastToken(), new Settlement.Abandon(Map.of()));
        }

        for (int i = 0; i < 5; i++) {
            var consumer = consume(deadLettersOf(queue), 1);
            assertThat(consumer.last().message().deliveryCount()).isEqualTo(2);
            deadLettersOf(queue).settle(consumer.lastToken(), new Settlement.Abandon(Map.of()));
        }
    }

    @Test
    void aGoneConsumerGetsNothingMore() {
        var consumer = consume(queue, 5);
        queue.consumerGone(consumer, false);

        queue.enqueue(message("a"));

        assertThat(consumer.deliveries).isEmpty();
        assertThat(queue.counts().active()).isEqualTo(1);
    }

    @Test
    void aScheduledMessageIsActivatedUnderANewNumber() {
        long number = queue.enqueue(message("later", null, Message.FOREVER, clock.millis() + 5_000));
        var consumer = consume(queue, 1);
        assertThat(queue.counts()).isEqualTo(new QueueCounts(0, 0, 1, 0, 0));
        assertThat(alarms).containsExactly(5_000L);

        clock.advance(Duration.ofSeconds(5));
        queue.tick();

        var delivered = consumer.last().message();
        assertThat(delivered.sequenceNumber()).isGreaterThan(number);
        assertThat(delivered.enqueuedSequenceNumber()).isEqualTo(number);
        assertThat(delivered.enqueuedAt()).isEqualTo(clock.millis());
        assertRefused(Condition.MESSAGE_NOT_FOUND, () -> queue.cancelScheduled(List.of(number)));
    }

    @Test
    void schedulesAreCanceledAllOrNone() {
        long first = queue.enqueue(message("first", null, Message.FOREVER, clock.millis() + 5_000));
        long second = queue.enqueue(message("second", null, Message.FOREVER, clock.millis() + 5_000));

        assertRefused(Condition.MESSAGE_NOT_FOUND, () -> queue.cancelScheduled(List.of(first, 99L)));
        assertThat(queue.counts().scheduled()).isEqualTo(2);
        queue.cancelScheduled(List.of(first, second, first));

        assertThat(queue.counts().scheduled()).isZero();
    }

    @Test
    void theTimeToLiveOfAScheduledMessageStartsWithItsActivation() {
        queue.enqueue(message("later", null, 1_000, clock.millis() + 5_000));
        clock.advance(Duration.ofSeconds(5));
        queue.tick();

        assertThat(queue.counts().active()).isEqualTo(1);
        clock.advance(Duration.ofSeconds(1));
        assertThat(queue.counts().active()).isZero();
    }

    @Test
    void aLockedMessageDoesNotExpireButAGivenBackOneDoes() {
        queue.enqueue(message("short", null, 1_000, 0));
        var consumer = consume(queue, 1);
        clock.advance(Duration.ofSeconds(2));
        assertThat(queue.counts().locked()).isEqualTo(1);

        queue.settle(consumer.lastToken(), new Settlement.Release());
        queue.tick();

        assertThat(queue.counts()).isEqualTo(new QueueCounts(0, 0, 0, 0, 0));
    }

    @Test
    void duplicatesAreDroppedUntilTheWindowHasPassed() {
        var remembering = create("remembering", q -> q.duplicateDetection(Duration.ofMinutes(1)));
        remembering.enqueue(message("a"));
        clock.advance(Duration.ofSeconds(59));
        remembering.enqueue(message("a"));
        assertThat(remembering.counts().active()).isEqualTo(1);

        clock.advance(Duration.ofSeconds(1));
        remembering.enqueue(message("a"));

        assertThat(remembering.counts().active()).isEqualTo(2);
    }

    @Test
    void theNumberOfADroppedDuplicateIsNobodyElses() {
        var remembering = create("remembering", q -> q.duplicateDetection(Duration.ofMinutes(1)));
        long first = remembering.enqueue(message("a"));
        long dropped = remembering.enqueue(message("a"));
        long next = remembering.enqueue(message("b"));

        assertThat(List.of(first, dropped, next)).doesNotHaveDuplicates();
    }

    @Test
    void aFullQueueRefusesUntilThereIsRoom() {
        var small = create("small", q -> q.maxSizeBytes(10));
        small.enqueue(message("12345678"));

        assertRefused(Condition.RESOURCE_LIMIT_EXCEEDED, () -> small.enqueue(message("123")));
        small.settle(consume(small, 1).lastToken(), new Settlement.Complete());
        small.enqueue(message("123"));

        assertThat(small.counts().active()).isEqualTo(1);
    }

    @Test
    void deadLettersFillTheQueueToo() {
        var small = create("small", q -> q.maxSizeBytes(10));
        small.enqueue(message("12345678"));
        small.settle(consume(small, 1).lastToken(), new Settlement.DeadLetter("why", null, Map.of()));

        assertRefused(Condition.RESOURCE_LIMIT_EXCEEDED, () -> small.enqueue(message("123")));
    }

    @Test
    void aDeadLetterCannotBeDeadLetteredAgainAndStaysLocked() {
        queue.enqueue(message("bad"));
        queue.settle(consume(queue, 1).lastToken(), new Settlement.DeadLetter("why", "because", Map.of()));
        var consumer = consume(deadLettersOf(queue), 1);

        assertRefused(Condition.NOT_ALLOWED, () -> deadLettersOf(queue).settle(consumer.lastToken(),
                new Settlement.DeadLetter("again", null, Map.of())));

        deadLettersOf(queue).settle(consumer.lastToken(), new Settlement.Complete());
        assertThat(queue.counts().deadLettered()).isZero();
    }

    @Test
    void onlyOldDeliverableMessagesAreDeleted() {
        queue.enqueue(message("locked"));
        consume(queue, 1);
        queue.enqueue(message("old"));
        queue.enqueue(message("scheduled", null, Message.FOREVER, clock.millis() + 1000));
        clock.advance(Duration.ofMillis(10));
        long cutoff = clock.millis();
        queue.enqueue(message("new"));

        assertThat(queue.deleteMessages(10, cutoff, null)).isEqualTo(1);
        assertThat(queue.deleteMessages(10, cutoff, null)).isZero();
        assertThat(queue.counts()).isEqualTo(new QueueCounts(1, 1, 1, 0, 0));
    }

    @Test
    void aTransactionWhoseLockRanOutDoesNothingAtAll() {
        queue.enqueue(message("a"));
        var lock = consume(queue, 1).deliveries.getFirst().lockToken();
        var transaction = new Transaction(Room.ENDLESS);
        transaction.send(queue, List.of(message("b")));
        transaction.settle(queue, Objects.requireNonNull(lock), new Settlement.Complete(), false);
        clock.advance(LOCK);

        assertRefused(Condition.MESSAGE_LOCK_LOST, transaction::commit);
        assertThat(queue.counts()).isEqualTo(new QueueCounts(1, 0, 0, 0, 0));
        assertThat(consume(queue, 1).deliveries.getFirst().message().deliveryCount()).isEqualTo(1);
    }

    @Test
    void aRollbackFreesOnlyWhatItsReceiverHasGivenUp() {
        queue.enqueue(message("given up"));
        queue.enqueue(message("kept"));
        var consumer = consume(queue, 2);
        var transaction = new Transaction(Room.ENDLESS);
        transaction.settle(queue, Objects.requireNonNull(consumer.deliveries.getFirst().lockToken()),
                new Settlement.Complete(), true);
        transaction.settle(queue, consumer.lastToken(), new Settlement.Complete(), false);

        transaction.rollBack();

        assertThat(queue.counts()).isEqualTo(new QueueCounts(1, 1, 0, 0, 0));
        assertThat(consume(queue, 2).deliveries).singleElement()
                .satisfies(again -> assertThat(again.message().deliveryCount()).isEqualTo(1));
        queue.settle(consumer.lastToken(), new Settlement.Complete());
    }

    @Test
    void aDeferredMessageIsReceivedOnceAtATime() {
        queue.enqueue(message("a"));
        var consumer = consume(queue, 2);
        long number = consumer.last().message().sequenceNumber();
        queue.settle(consumer.lastToken(), new Settlement.Defer(Map.of()));
        assertThat(queue.counts()).isEqualTo(new QueueCounts(0, 0, 0, 1, 0));

        var first = queue.receiveDeferred(List.of(number, 99L), ReceiveMode.PEEK_LOCK, null);
        var second = queue.receiveDeferred(List.of(number), ReceiveMode.PEEK_LOCK, null);

        assertThat(first).hasSize(1);
        assertThat(second).isEmpty();
        queue.settle(Objects.requireNonNull(first.getFirst().lockToken()), new Settlement.Complete());
        assertThat(queue.counts()).isEqualTo(new QueueCounts(0, 0, 0, 0, 0));
    }

    @Test
    void sessionsAreGrantedToWaitersInTheOrderTheyCame() {
        var sessions = createWithSessions("sessions");
        var first = new RecordingConsumer(1);
        var second = new RecordingConsumer(1);
        sessions.sessions().acceptNext(first, clock.millis() + 1_000);
        sessions.sessions().acceptNext(second, clock.millis() + 1_000);

        sessions.enqueue(inSession("x", "x1"));
        sessions.enqueue(inSession("y", "y1"));

        assertThat(first.sessionEvents).containsExactly("granted x");
        assertThat(second.sessionEvents).containsExactly("granted y");
        assertThat(first.bodies()).containsExactly("x1");
    }

    @Test
    void aWaiterThatTimesOutOrLeavesIsGrantedNothing() {
        var sessions = createWithSessions("sessions");
        var late = new RecordingConsumer(1);
        var gone = new RecordingConsumer(1);
        sessions.sessions().acceptNext(late, clock.millis() + 1_000);
        sessions.sessions().acceptNext(gone, clock.millis() + 5_000);
        sessions.consumerGone(gone, false);
        clock.advance(Duration.ofSeconds(1));
        sessions.tick();

        sessions.enqueue(inSession("x", "x1"));

        assertThat(late.sessionEvents).containsExactly("timed out");
        assertThat(gone.sessionEvents).isEmpty();
        assertThat(sessions.counts().active()).isEqualTo(1);
    }

    @Test
    void aSessionIsHeldByOneAndOnlyItsHolderRenewsItAndSetsItsState() {
        var sessions = createWithSessions("sessions");
        var holder = new RecordingConsumer(0);
        var stranger = new RecordingConsumer(0);
        sessions.sessions().accept("x", holder);

        assertRefused(Condition.SESSION_CANNOT_BE_LOCKED, () -> sessions.sessions().accept("x", stranger));
        assertRefused(Condition.SESSION_LOCK_LOST, () -> sessions.sessions().renewLock("x", stranger));
        assertRefused(Condition.SESSION_LOCK_LOST, () -> sessions.sessions().setState("x", new byte[1], stranger));
        assertRefused(Condition.SESSION_LOCK_LOST, () -> sessions.sessions().setState("x", new byte[1], null));
        sessions.sessions().setState("x", new byte[]{7}, holder);

        assertThat(sessions.sessions().state("x")).containsExactly(7);
        assertThat(sessions.sessions().renewLock("x", holder)).isEqualTo(clock.millis() + LOCK.toMillis());
    }

    @Test
    void aSessionWhoseLockRanOutGoesOnElsewhereInOrder() {
        var sessions = createWithSessions("sessions");
        sessions.enqueue(inSession("x", "x1"));
        sessions.enqueue(inSession("x", "x2"));
        var slow = new RecordingConsumer(2);
        sessions.sessions().accept("x", slow);
        var next = new RecordingConsumer(2);
        sessions.sessions().acceptNext(next, clock.millis() + LOCK.toMillis() * 2);

        clock.advance(LOCK);
        sessions.tick();

        assertThat(slow.sessionEvents).containsExactly("granted x", "lost x");
        assertThat(next.sessionEvents).containsExactly("granted x");
        assertThat(next.bodies()).containsExactly("x1", "x2");
        assertThat(next.deliveries).extracting(d -> d.message().deliveryCount()).containsOnly(1);
        assertRefused(Condition.SESSION_LOCK_LOST,
                () -> sessions.settle(slow.lastToken(), new Settlement.Complete()));
    }

    @Test
    void aSessionThatIsGivenUpGoesToTheBackOfTheLine() {
        var sessions = createWithSessions("sessions");
        sessions.enqueue(inSession("x", "x1"));
        sessions.enqueue(inSession("y", "y1"));
        var holder = new RecordingConsumer(0);
        sessions.sessions().acceptNext(holder, clock.millis() + 1);
        sessions.consumerGone(holder, false);

        var next = new RecordingConsumer(0);
        sessions.sessions().acceptNext(next, clock.millis() + 1);

        assertThat(holder.sessionEvents).containsExactly("granted x");
        assertThat(next.sessionEvents).containsExactly("granted y");
    }

    @Test
    void aSessionWithoutMessagesIsNotFoundByWaiters() {
        var sessions = createWithSessions("sessions");
        var holder = new RecordingConsumer(1);
        sessions.sessions().accept("x", holder);
        sessions.consumerGone(holder, false);
        var waiter = new RecordingConsumer(1);

        sessions.sessions().acceptNext(waiter, clock.millis() + 1_000);

        assertThat(waiter.sessionEvents).isEmpty();
    }

    @Test
    void aClockThatIsSetBackDoesNotProlongLocks() {
        var consumer = consume(queue, 2);
        queue.enqueue(message("a"));
        clock.advance(Duration.ofSeconds(-10));
        queue.enqueue(message("b"));
        clock.advance(Duration.ofSeconds(40));
        queue.tick();

        assertThat(consumer.deliveries).hasSize(2);
        assertThat(queue.counts().active()).isEqualTo(2);
    }

    @Test
    void namesCompareWithoutCaseAndOddOnesAreRefused() {
        assertThat(namespace.find("QUEUE")).isSameAs(queue);
        assertThat(namespace.find("other")).isNull();
        for (var name : List.of("queue", "Queue", "", " ", "/a", "a/", "a$b")) {
            assertThatThrownBy(() -> namespace.create(name, QueueOptions.DEFAULTS))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
