package dev.penstock.servicebus.entity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.servicebus.ManualClock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A message that its consumer can't take. */
class UndeliverableMessageTest {
    private final Namespace namespace = new Namespace(new ManualClock(), Journal.NONE, (_, _) -> {
    }, new RecoveredQueues());
    private final Queue queue = namespace.create("queue", QueueOptions.DEFAULTS);
    private final Queue deadLetters = namespace.require("queue/$deadletterqueue");

    private static Message message(String id) {
        return new Message(id, null, Message.FOREVER, 0, new byte[1]);
    }

    /** Fails at messages whose id is "poison". */
    private static Consumer failing(RecordingConsumer taker) {
        return new Consumer() {
            @Override
            public ReceiveMode mode() {
                return taker.mode();
            }

            @Override
            public boolean ready() {
                return taker.ready();
            }

            @Override
            public void deliver(Delivery delivery) {
                if (delivery.message().message().messageId().equals("poison")) {
                    throw new ClassCastException("long[]");
                }
                taker.deliver(delivery);
            }
        };
    }

    @ParameterizedTest
    @EnumSource
    void itIsDeadLetteredAndTheNextIsDelivered(ReceiveMode mode) {
        var taker = new RecordingConsumer(mode, 5);
        queue.enqueue(message("poison"));
        queue.enqueue(message("good"));

        queue.consumerReady(failing(taker));

        assertThat(taker.deliveries).extracting(delivery -> delivery.message().message().messageId())
                .containsExactly("good");
        assertThat(queue.counts().deadLettered()).isEqualTo(1);
        assertThat(deadLetters.peek(0, 1, null).getFirst().changedProperties())
                .containsEntry(Queue.DEAD_LETTER_REASON, "MessageCannotBeDelivered");
    }

    @ParameterizedTest
    @EnumSource
    void inTheDeadLetterQueueItIsSetAside(ReceiveMode mode) {
        queue.enqueue(message("poison"));
        queue.consumerReady(failing(new RecordingConsumer(1)));

        deadLetters.consumerReady(failing(new RecordingConsumer(mode, 1)));

        assertThat(deadLetters.counts()).isEqualTo(new QueueCounts(0, 0, 0, 1, 0));
    }
}
