package dev.penstock.servicebus.entity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.servicebus.ManualClock;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Everything that clients make a queue hold counts towards its quota. */
class QuotaTest {
    private static final int KIB = 1024;

    private final Namespace namespace = new Namespace(new ManualClock(), Journal.NONE, (_, _) -> {
    }, new RecoveredQueues());

    private static Message message(String session) {
        return new Message("a", session, Message.FOREVER, 0, new byte[10]);
    }

    private static void assertRefused(Condition condition, ThrowingCallable command) {
        assertThatThrownBy(command).isInstanceOfSatisfying(RefusedException.class,
                e -> assertThat(e.condition()).isEqualTo(condition));
    }

    @Test
    void sessionStates() {
        var queue = namespace.create("queue", QueueOptions.DEFAULTS.requiresSession(true).maxSizeBytes(10 * KIB));
        var holder = new RecordingConsumer(0);
        queue.sessions().accept("x", holder);
        queue.sessions().setState("x", new byte[8 * KIB], holder);
        var other = new RecordingConsumer(0);
        queue.sessions().accept("y", other);

        assertRefused(Condition.RESOURCE_LIMIT_EXCEEDED,
                () -> queue.sessions().setState("y", new byte[4 * KIB], other));

        queue.sessions().setState("x", new byte[9 * KIB], holder);
        queue.sessions().setState("x", null, holder);
        queue.sessions().setState("y", new byte[4 * KIB], other);
        assertThat(queue.sessions().state("y")).hasSize(4 * KIB);
    }

    @Test
    void propertiesOfSettlements() {
        var queue = namespace.create("queue", QueueOptions.DEFAULTS.maxSizeBytes(10 * KIB));
        queue.enqueue(message("s"));
        var consumer = new RecordingConsumer(2);
        queue.consumerReady(consumer);
        queue.settle(consumer.lastToken(), new Settlement.Abandon(Map.of("note", "x".repeat(10 * KIB))));

        assertRefused(Condition.RESOURCE_LIMIT_EXCEEDED, () -> queue.enqueue(message("s")));

        queue.settle(consumer.lastToken(), new Settlement.Complete());
        queue.enqueue(message("s"));
        assertThat(namespace.sizeBytes()).isEqualTo(10);
    }

    @Test
    void noMessageGetsMoreAndMoreProperties() {
        var queue = namespace.create("queue", QueueOptions.DEFAULTS);
        queue.enqueue(message("s"));
        var consumer = new RecordingConsumer(5);
        queue.consumerReady(consumer);
        queue.settle(consumer.lastToken(), new Settlement.Abandon(Map.of("first", new long[5 * KIB])));

        assertRefused(Condition.ARGUMENT_ERROR,
                () -> queue.settle(consumer.lastToken(), new Settlement.Abandon(Map.of("second", new long[5 * KIB]))));

        queue.settle(consumer.lastToken(), new Settlement.Abandon(Map.of("first", new long[6 * KIB])));
        assertThat(queue.peek(0, 1, null).getFirst().deliveryCount()).isEqualTo(2);
    }
}
