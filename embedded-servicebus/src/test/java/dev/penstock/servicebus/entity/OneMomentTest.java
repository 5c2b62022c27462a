package dev.penstock.servicebus.entity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.servicebus.ManualClock;
import java.time.Duration;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is due at the very moment at which something else happens. */
class OneMomentTest {
    private static final Duration LOCK = Duration.ofSeconds(30);

    enum WayBack {
        ABANDONED, RELEASED, CONSUMER_GONE, COMMITTED
    }

    private final ManualClock clock = new ManualClock();
    private final Namespace namespace = new Namespace(clock, Journal.NONE, (_, _) -> {
    }, new RecoveredQueues());

    private Queue create(UnaryOperator<QueueOptions> options) {
        return namespace.create("queue", options.apply(QueueOptions.DEFAULTS.lockDuration(LOCK)));
    }

    private static RecordingConsumer consume(Queue from, int credit) {
        var consumer = new RecordingConsumer(credit);
        from.consumerReady(consumer);
        return consumer;
    }

    private static Message message(String id, Duration timeToLive) {
        return new Message(id, null, timeToLive.toMillis(), 0, new byte[1]);
    }

    private static void giveBack(Queue queue, RecordingConsumer holder, WayBack way) {
        switch (way) {
            case ABANDONED -> queue.settle(holder.lastToken(), new Settlement.Abandon(Map.of()));
            case RELEASED -> queue.settle(holder.lastToken(), new Settlement.Release());
            case CONSUMER_GONE -> queue.consumerGone(holder, false);
            case COMMITTED -> {
                var transaction = new Transaction(Room.ENDLESS);
                transaction.settle(queue, holder.lastToken(), new Settlement.Abandon(Map.of()), false);
                transaction.commit();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatExpiredWhileItWasLockedIsNotDeliveredAgain(WayBack way) {
        var queue = create(q -> q.deadLetteringOnMessageExpiration(true));
        queue.enqueue(message("short", Duration.ofSeconds(10)));
        var holder = consume(queue, 1);
        var next = consume(queue, 1);
        clock.advance(Duration.ofSeconds(11));

        giveBack(queue, holder, way);

        assertThat(next.deliveries).isEmpty();
        assertThat(queue.counts()).isEqualTo(new QueueCounts(0, 0, 0, 0, 1));
    }

    @Test
    void aCommitThatDeadLettersAndSettlesDeadLettersIsWhole() {
        var queue = create(q -> q.maxDeliveryCount(1));
        var deadLetters = namespace.require("queue/$deadletterqueue");
        queue.enqueue(message("dead", Duration.ofHours(1)));
        queue.settle(consume(queue, 1).lastToken(), new Settlement.Abandon(Map.of()));
        var ofDead = consume(deadLetters, 1);
        queue.enqueue(message("dying", Duration.ofHours(1)));
        var ofLiving = consume(queue, 1);
        var transaction = new Transaction(Room.ENDLESS);
        transaction.settle(queue, ofLiving.lastToken(), new Settlement.DeadLetter("why", null, Map.of()), false);
        transaction.settle(deadLetters, ofDead.lastToken(), new Settlement.Complete(), false);

        // Each queue's moment takes two looks at the clock: the dead message's lock would have ended by a third moment.
        clock.advance(LOCK.minusMillis(5));
        clock.runOn(Duration.ofMillis(1));
        transaction.commit();

        assertThat(queue.counts()).isEqualTo(new QueueCounts(0, 0, 0, 0, 1));
        assertThat(deadLetters.peek(0, 10, null)).extracting(stored -> stored.message().messageId())
                .containsExactly("dying");
    }

    @Test
    void deadLettersAreOfferedToWhoeverWaitsForThem() {
        var queue = create(q -> q.deadLetteringOnMessageExpiration(true));
        var waiting = consume(namespace.require("queue/$deadletterqueue"), 1);
        queue.enqueue(message("short", Duration.ofSeconds(10)));

        clock.advance(Duration.ofSeconds(10));
        queue.tick();

        assertThat(waiting.deliveries).hasSize(1);
    }
}
