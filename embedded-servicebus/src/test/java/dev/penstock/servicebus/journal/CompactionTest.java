package dev.penstock.servicebus.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.servicebus.ManualClock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** A snapshot that is being written when the disk fails. */
class CompactionTest {
    private final ManualClock clock = new ManualClock();
    private final MemoryFiles disk = new MemoryFiles();
    private final List<String> answers = new ArrayList<>();

    private boolean hasSnapshot() {
        return disk.names().stream().anyMatch(name -> name.startsWith("snapshot"));
    }

    @Test
    void theLogIsNotRebuiltWhileAnotherThreadWorksOnItsFiles() throws IOException {
        var queues = new DurableQueues(disk, clock, 1);
        var queue = queues.queue("q", UnaryOperator.identity());
        queues.holdSnapshotter(true);
        queues.perform(() -> queue.enqueue(DurableQueues.message("a")), answers);
        queues.settle();
        disk.failWrites(true);
        queues.perform(() -> queue.enqueue(DurableQueues.message("b")), answers);
        queues.settle();
        disk.failWrites(false);

        queues.aSecondPasses();
        assertThat(hasSnapshot()).isFalse();
        queues.holdSnapshotter(false);
        queues.settle();
        queues.aSecondPasses();

        assertThat(queues.events).containsExactly("failing", "working");
        assertThat(answers).containsExactly("ok", "RESOURCE_LIMIT_EXCEEDED");
        assertThat(new DurableQueues(disk.afterPowerLoss(new Random(1)), clock, Long.MAX_VALUE)
                .queue("q", UnaryOperator.identity())
                .counts()
                .active()).isGreaterThanOrEqualTo(1);
    }

    @Test
    void oneThatCouldNotBeginIsTriedAgain() throws IOException {
        var queues = new DurableQueues(disk, clock, 1);
        var queue = queues.queue("q", UnaryOperator.identity());
        disk.failWrites(true);
        queues.perform(() -> queue.enqueue(DurableQueues.message("a")), answers);
        queues.settle();
        disk.failWrites(false);

        queues.aSecondPasses();

        assertThat(queues.events).containsExactly("failing", "working");
        assertThat(hasSnapshot()).isTrue();
    }
}
