package dev.penstock.servicebus.entity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.servicebus.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a journal's changes make of queues that are created anew. */
class RecoveredQueuesTest {
    private final ManualClock clock = new ManualClock();
    private final List<String> journaled = new ArrayList<>();
    private final RecoveredQueues recovered = new RecoveredQueues();

    private Namespace namespace() {
        return new Namespace(clock, new Journal() {
            @Override
            public void append(String queue, Change change) {
                journaled.add(queue + " " + change.getClass().getSimpleName());
                recovered.apply(queue, change);
            }

            @Override
            public void requireWritable() {
                // Always.
            }
        }, (_, _) -> {
        }, recovered);
    }

    private static Message message(String id) {
        return new Message(id, null, Message.FOREVER, 0, new byte[1]);
    }

    private void holdOneMessage(String queue) {
        recovered.apply(queue, new Change.Defined(QueueOptions.DEFAULTS));
        recovered.apply(queue, new Change.Put(new StoredMessage(message("a"), 1, 1, clock.millis(), MessageState.ACTIVE,
                0, Map.of(), null)));
    }

    @Test
    void aQueueThatIsNamedInOtherLettersKeepsItsMessages() {
        holdOneMessage("Jobs");

        var namespace = namespace();
        var queue = namespace.create("jobs", QueueOptions.DEFAULTS);
        namespace.createRemaining();

        assertThat(queue.counts().active()).isEqualTo(1);
        assertThat(namespace.queues()).hasSize(2);
    }

    @Test
    void deadLettersAreFoundInOtherLettersToo() {
        holdOneMessage("Jobs");
        recovered.apply("Jobs/$deadletterqueue", new Change.Put(
                new StoredMessage(message("dead"), 1, 1, clock.millis(), MessageState.ACTIVE, 0, Map.of(),
                        "Jobs")));

        assertThat(namespace().create("JOBS", QueueOptions.DEFAULTS).counts().deadLettered()).isEqualTo(1);
    }

    @Test
    void aQueueThatCannotBeCreatedSoChangesNothing() {
        holdOneMessage("jobs");
        var namespace = namespace();

        assertThatThrownBy(() -> namespace.create("jobs", QueueOptions.DEFAULTS.requiresSession(true)))
                .isInstanceOf(IllegalArgumentException.class);

        assertThat(journaled).isEmpty();
        assertThat(namespace.create("jobs", QueueOptions.DEFAULTS).counts().active()).isEqualTo(1);
    }

    @Test
    void theDuplicateWindowIsTheSameAfterAReplay() {
        var options = QueueOptions.DEFAULTS.duplicateDetection(Duration.ofSeconds(30));
        var before = namespace().create("jobs", options);
        before.enqueue(message("a"));
        clock.advance(Duration.ofSeconds(5));
        before.enqueue(message("b"));
        clock.advance(Duration.ofSeconds(26));
        before.enqueue(message("a"));

        clock.advance(Duration.ofSeconds(5));
        var after = namespace().create("jobs", options);
        after.enqueue(message("b"));
        after.enqueue(message("a"));

        assertThat(after.peek(0, 10, null)).extracting(stored -> stored.message().messageId())
                .containsExactly("a", "b", "a", "b");
    }
}
