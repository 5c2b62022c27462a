package dev.penstock.servicebus.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.servicebus.ManualClock;
import dev.penstock.servicebus.entity.Change;
import dev.penstock.servicebus.entity.Condition;
import dev.penstock.servicebus.entity.MessageState;
import dev.penstock.servicebus.entity.RefusedException;
import dev.penstock.servicebus.entity.Settlement;
import dev.penstock.servicebus.message.AmqpCodec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/** Whatever clients set, the journal can be read again. */
class UnusualValuesTest {
    private final ManualClock clock = new ManualClock();
    private final MemoryFiles disk = new MemoryFiles();

    @Test
    void arraysInTheirFormOnTheWireAreKept() throws IOException {
        var queues = new DurableQueues(disk, clock, Long.MAX_VALUE);
        var queue = queues.queue("q", UnaryOperator.identity());
        queue.enqueue(DurableQueues.message("a"));
        var token = Objects.requireNonNull(DurableQueues.receive(queue).lockToken());

        queue.settle(token, new Settlement.Abandon(Map.of("list", List.of(new long[]{1, 2}), "numbers", new int[]{3},
                "none", new double[0])));
        queues.settle();

        var again = new DurableQueues(disk.afterPowerLoss(new Random(1)), clock, Long.MAX_VALUE)
                .queue("q", UnaryOperator.identity());
        var properties = again.peek(0, 1, null).getFirst().changedProperties();
        assertThat(properties.get("numbers")).isEqualTo(new int[]{3});
        assertThat(properties.get("none")).isEqualTo(new double[0]);
        assertThat(properties.get("list")).asInstanceOf(InstanceOfAssertFactories.LIST)
                .containsExactly(new long[]{1, 2});
    }

    @Test
    void aChangeThatCannotBeWrittenLeavesNothingBehind() throws IOException {
        var buffer = new ChangeBuffer();
        buffer.add("q", new Change.Removed(1));
        var tooLong = "ü".repeat(40_000);

        assertThatThrownBy(() -> buffer.add("q", new Change.SessionStateSet(tooLong, null)))
                .isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> buffer.add("q", new Change.Updated(1,
                MessageState.ACTIVE, 1, Map.of("a", new Object()))))
                .isInstanceOf(RuntimeException.class);
        buffer.add("q", new Change.Removed(2));

        var frame = buffer.frame(1);
        byte[] payload = new byte[frame.remaining() - Frame.HEADER_BYTES];
        frame.get(Frame.HEADER_BYTES, payload);
        List<Change> changes = new ArrayList<>();
        ChangeBuffer.read(payload, new ChangeCodec(), (_, change) -> changes.add(change));
        assertThat(changes).containsExactly(new Change.Removed(1), new Change.Removed(2));
    }

    @Test
    void aSessionIdThatNoMessageCouldHaveIsRefused() throws IOException {
        var queue = new DurableQueues(disk, clock, Long.MAX_VALUE).queue("s", q -> q.requiresSession(true));

        assertThatThrownBy(() -> queue.sessions().accept("x".repeat(129), new HoldingConsumer()))
                .isInstanceOfSatisfying(RefusedException.class,
                        e -> assertThat(e.condition()).isEqualTo(Condition.ARGUMENT_ERROR));
    }

    /** proton-j writes arrays of nothing but true so that it can't read them again. */
    @Test
    void whatTheCodecCannotReadAgainIsRefused() {
        assertThatThrownBy(() -> new AmqpCodec().requireEncodable(Map.of("flags", new boolean[]{true})))
                .isInstanceOf(RefusedException.class);
    }
}
