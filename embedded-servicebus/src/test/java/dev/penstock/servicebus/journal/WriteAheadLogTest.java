package dev.penstock.servicebus.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.servicebus.ManualClock;
import dev.penstock.servicebus.entity.Message;
import dev.penstock.servicebus.entity.Queue;
import dev.penstock.servicebus.entity.QueueCounts;
import dev.penstock.servicebus.entity.Settlement;
import dev.penstock.servicebus.entity.StoredMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WriteAheadLogTest {
    private static final long NEVER_COMPACT = Long.MAX_VALUE;

    private final ManualClock clock = new ManualClock();
    private final MemoryFiles disk = new MemoryFiles();
    private final List<String> answers = new ArrayList<>();

    private DurableQueues open(MemoryFiles files) throws IOException {
        return new DurableQueues(files, clock, NEVER_COMPACT);
    }

    private static UUID token(dev.penstock.servicebus.entity.Delivery delivery) {
        return Objects.requireNonNull(delivery.lockToken());
    }

    @Test
    void nothingIsConfirmedBeforeItIsSynced() throws IOException {
        var queues = open(disk);
        var queue = queues.queue("q", UnaryOperator.identity());

        queues.perform(() -> queue.enqueue(DurableQueues.message("a")), answers);

        assertThat(answers).isEmpty();
        queues.settle();
        assertThat(answers).containsExactly("ok");
        assertThat(open(disk.afterPowerLoss(new Random(1))).queue("q", UnaryOperator.identity()).counts().active())
                .isEqualTo(1);
    }

    @Test
    void everythingButLocksSurvives() throws IOException {
        var queues = open(disk);
        UnaryOperator<dev.penstock.servicebus.entity.QueueOptions> options = q -> q.maxDeliveryCount(5)
                .duplicateDetection(Duration.ofMinutes(10));
        var queue = queues.queue("q", options);
        for (var id : List.of("abandoned", "deferred", "dead", "completed", "locked")) {
            queue.enqueue(DurableQueues.message(id));
        }
        queue.enqueue(new Message("scheduled", null, Message.FOREVER, clock.millis() + 60_000,
                "scheduled".getBytes(StandardCharsets.UTF_8)));
        queue.settle(token(DurableQueues.receive(queue)), new Settlement.Abandon(Map.of("why", "again", "times", 1L)));
        var first = DurableQueues.receive(queue);
        queue.settle(token(DurableQueues.receive(queue)), new Settlement.Defer(Map.of()));
        queue.settle(token(DurableQueues.receive(queue)), new Settlement.DeadLetter("why", "because", Map.of()));
        queue.settle(token(DurableQueues.receive(queue)), new Settlement.Complete());
        DurableQueues.receive(queue);
        queue.settle(token(first), new Settlement.Release());
        queues.settle();

        var again = open(disk.afterPowerLoss(new Random(2))).queue("q", options);

        assertThat(again.counts()).isEqualTo(new QueueCounts(2, 0, 1, 1, 1));
        var abandoned = again.peek(0, 1, null).getFirst();
        assertThat(abandoned.deliveryCount()).isEqualTo(1);
        assertThat(abandoned.changedProperties()).isEqualTo(Map.of("why", "again", "times", 1L));
        again.enqueue(DurableQueues.message("completed"));
        assertThat(again.counts().active()).as("the id is still remembered").isEqualTo(2);
        clock.advance(Duration.ofMinutes(1));
        assertThat(again.counts().active()).as("the schedule is kept").isEqualTo(3);
    }

    @Test
    void sessionStateSurvivesUntilItIsCleared() throws IOException {
        var queues = open(disk);
        var queue = queues.queue("s", q -> q.requiresSession(true));
        var holder = new HoldingConsumer();
        queue.sessions().accept("x", holder);
        queue.sessions().setState("x", new byte[]{1, 2, 3}, holder);
        queues.settle();

        var again = open(disk.afterPowerLoss(new Random(3)));

        assertThat(again.queue("s", UnaryOperator.identity()).sessions().state("x")).containsExactly(1, 2, 3);
    }

    @Test
    void sequenceNumbersAreNotUsedAgain() throws IOException {
        var queues = open(disk);
        var queue = queues.queue("q", UnaryOperator.identity());
        long number = queue.enqueue(DurableQueues.message("a"));
        queue.settle(token(DurableQueues.receive(queue)), new Settlement.Complete());
        queues.settle();

        var again = open(disk.afterPowerLoss(new Random(4))).queue("q", UnaryOperator.identity());

        assertThat(again.enqueue(DurableQueues.message("b"))).isGreaterThan(number);
    }

    /** {@code -Dpenstock.powerloss.seeds=1000} for a thorough run. */
    static LongStream seeds() {
        return LongStream.range(11, 11 + Integer.getInteger("penstock.powerloss.seeds", 8));
    }

    /** Random sends and completes, with the power lost at random moments: what was confirmed is kept, no more, no less. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void confirmedSendsAndCompletesSurviveAnyPowerLoss(long seed) throws IOException {
        var random = new Random(seed);
        var files = disk;
        var ledger = new Ledger();
        for (int life = 0; life < 25; life++) {
            var queues = new DurableQueues(files, clock, 2_000);
            var queue = queues.queue("q", UnaryOperator.identity());
            ledger.compareWith(queue.peek(0, 10_000, null).stream().map(m -> m.message().messageId()).toList());
            int steps = random.nextInt(120);
            for (int step = 0; step < steps; step++) {
                switch (random.nextInt(3)) {
                    case 0 -> send(queues, queue, life + "-" + step, ledger);
                    case 1 -> complete(queues, queue, ledger);
                    default -> queues.step(random);
                }
            }
            files = files.afterPowerLoss(random);
        }
        assertThat(ledger.completed).isNotEmpty();
    }

    private static void send(DurableQueues queues, Queue queue, String id, Ledger ledger) {
        ledger.attempted.add(id);
        queues.perform(() -> queue.enqueue(DurableQueues.message(id)), whenOk(() -> ledger.sent.add(id)));
    }

    private static void complete(DurableQueues queues, Queue queue, Ledger ledger) {
        if (queue.counts().active() > 0) {
            var delivery = DurableQueues.receive(queue);
            var id = delivery.message().message().messageId();
            ledger.completing.add(id);
            queues.perform(() -> queue.settle(token(delivery), new Settlement.Complete()),
                    whenOk(() -> ledger.completed.add(id)));
        }
    }

    /** What the clients of a queue know. */
    private static final class Ledger {
        final Set<String> attempted = new HashSet<>();
        final Set<String> sent = new HashSet<>();
        final Set<String> completing = new HashSet<>();
        final Set<String> completed = new HashSet<>();

        void compareWith(List<String> found) {
            assertThat(found).doesNotHaveDuplicates();
            assertThat(sent.stream().filter(id -> !completing.contains(id) && !found.contains(id))).as("lost")
                    .isEmpty();
            assertThat(found.stream().filter(completed::contains)).as("risen").isEmpty();
            assertThat(found.stream().filter(id -> !attempted.contains(id))).as("never sent").isEmpty();
            sent.addAll(found);
            // Completes that were not confirmed did not happen if the message is still there.
            completing.removeAll(found);
        }
    }

    private static List<String> whenOk(Runnable action) {
        return new ArrayList<>() {
            private static final long serialVersionUID = 1L;

            @Override
            public boolean add(String answer) {
                action.run();
                return super.add(answer);
            }
        };
    }

    @Test
    void aSnapshotReplacesOldFilesAndTheLogStaysSmall() throws IOException {
        var queues = new DurableQueues(disk, clock, 10_000);
        var queue = queues.queue("q", UnaryOperator.identity());
        queue.enqueue(DurableQueues.message("stays"));
        var stays = DurableQueues.receive(queue);
        for (int i = 0; i < 2_000; i++) {
            queue.enqueue(DurableQueues.message("m" + i));
            queue.settle(token(DurableQueues.receive(queue)), new Settlement.Complete());
            queues.settle();
        }
        queue.settle(token(stays), new Settlement.Release());
        queues.settle();

        // The journal is written over an earlier one, whose frames behind its own must not be read.
        assertThat(disk.names()).contains("spare-journal");
        assertThat(disk.used()).isLessThan(25_000);
        var again = open(disk.afterPowerLoss(new Random(5))).queue("q", UnaryOperator.identity());
        assertThat(again.peek(0, 10, null)).extracting(m -> m.message().messageId()).containsExactly("stays");
    }

    @Test
    void aFullDiskRefusesChangesLosesNothingAndIsRecoveredFrom() throws IOException {
        var queues = open(disk);
        var queue = queues.queue("q", UnaryOperator.identity());
        queues.perform(() -> queue.enqueue(DurableQueues.message("before")), answers);
        queues.settle();
        disk.limitCapacity(disk.used() + 10);

        queues.perform(() -> queue.enqueue(DurableQueues.message("while full")), answers);
        queues.settle();
        queues.perform(() -> queue.enqueue(DurableQueues.message("refused at once")), answers);
        queues.aSecondPasses();
        assertThat(answers).containsExactly("ok", "RESOURCE_LIMIT_EXCEEDED", "RESOURCE_LIMIT_EXCEEDED");
        assertThat(queues.events).containsExactly("failing");
        assertThat(disk.names()).noneMatch(name -> name.startsWith("unfinished"));
        disk.limitCapacity(Long.MAX_VALUE);
        queues.aSecondPasses();
        queues.perform(() -> queue.enqueue(DurableQueues.message("after")), answers);
        queues.settle();

        assertThat(answers).last().isEqualTo("ok");
        assertThat(queues.events).containsExactly("failing", "working");
        var again = open(disk.afterPowerLoss(new Random(6))).queue("q", UnaryOperator.identity());
        assertThat(again.peek(0, 10, null)).extracting(m -> m.message().messageId())
                .contains("before", "after")
                .doesNotContain("refused at once");
    }

    @Test
    void aDiskThatFailsDuringCompactionCostsNothing() throws IOException {
        var queues = new DurableQueues(disk, clock, 100);
        var queue = queues.queue("q", UnaryOperator.identity());
        queues.settle();
        for (int i = 0; i < 50; i++) {
            var id = "m" + i;
            disk.failWrites(i % 7 == 3);
            queues.perform(() -> queue.enqueue(DurableQueues.message(id)), answers);
            queues.settle();
            disk.failWrites(false);
            queues.aSecondPasses();
        }

        var again = open(disk.afterPowerLoss(new Random(7))).queue("q", UnaryOperator.identity());
        assertThat(again.peek(0, 100, null)).hasSizeGreaterThanOrEqualTo(
                (int) answers.stream().filter("ok"::equals).count())
                .extracting(StoredMessage::sequenceNumber)
                .doesNotHaveDuplicates();
        assertThat(answers).contains("ok", "RESOURCE_LIMIT_EXCEEDED");
    }

    @Test
    void aTornTailIsCutAndTheRestIsKept() throws IOException {
        fillWithTenMessages();
        byte[] journal = disk.get("journal-1");
        disk.put("journal-1", Arrays.copyOf(journal, journal.length - 3));

        assertThat(open(disk).queue("q", UnaryOperator.identity()).counts().active()).isEqualTo(9);
        assertThat(open(disk).queue("q", UnaryOperator.identity()).counts().active()).isEqualTo(9);
    }

    @Test
    void roomThatWasMadeReadyAndNotUsedIsNoDamage() throws IOException {
        fillWithTenMessages();
        byte[] journal = disk.get("journal-1");
        var queues = open(disk);
        queues.queue("q", UnaryOperator.identity()).enqueue(DurableQueues.message("later"));
        queues.settle();
        disk.put("journal-1", Arrays.copyOf(journal, journal.length + 100_000));

        assertThat(open(disk).queue("q", UnaryOperator.identity()).counts().active()).isEqualTo(11);
    }

    @Test
    void aJournalThatIsCutShortBeforeALaterOneIsRefused() throws IOException {
        fillWithTenMessages();
        byte[] journal = disk.get("journal-1");
        open(disk);
        disk.put("journal-1", Arrays.copyOf(journal, journal.length - 3));

        assertThatThrownBy(() -> open(disk)).isInstanceOf(CorruptJournalException.class)
                .hasMessageContaining("later journal");
    }

    @Test
    void damageInTheMiddleIsRefusedWithItsPlace() throws IOException {
        fillWithTenMessages();
        byte[] journal = disk.get("journal-1");
        journal[journal.length / 2] ^= 1;
        disk.put("journal-1", journal);

        assertThatThrownBy(() -> open(disk)).isInstanceOf(CorruptJournalException.class)
                .hasMessageContaining("journal-1")
                .hasMessageContaining("byte")
                .hasMessageContaining("backup");
    }

    @Test
    void whatACrashLeftUnfinishedIsDeletedAtTheNextStart() throws IOException {
        fillWithTenMessages();
        disk.put("unfinished-snapshot-2", new byte[]{1});
        disk.put("spare-journal", disk.get("journal-1"));

        assertThat(open(disk).queue("q", UnaryOperator.identity()).counts().active()).isEqualTo(10);
        assertThat(disk.names()).doesNotContain("unfinished-snapshot-2", "spare-journal");
    }

    @Test
    void aJournalOfAnEarlierVersionIsRefusedAndNotTakenForATornOne() throws IOException {
        fillWithTenMessages();
        byte[] journal = disk.get("journal-1");
        for (int i = 0; i < journal.length - 3; i++) {
            if (journal[i] == 'P' && journal[i + 1] == 'S' && journal[i + 2] == 'B') {
                journal[i + 3] = '1';
            }
        }
        disk.put("journal-1", journal);

        assertThatThrownBy(() -> open(disk)).isInstanceOf(CorruptJournalException.class)
                .hasMessageContaining("earlier version");
        assertThat(disk.get("journal-1")).isEqualTo(journal);
    }

    @Test
    void aSnapshotThatIsCutShortIsRefused() throws IOException {
        var queues = new DurableQueues(disk, clock, 1);
        queues.queue("q", UnaryOperator.identity()).enqueue(DurableQueues.message("a"));
        queues.settle();
        var snapshot = disk.names().stream().filter(name -> name.startsWith("snapshot")).findFirst().orElseThrow();
        disk.put(snapshot, Arrays.copyOf(disk.get(snapshot), disk.get(snapshot).length - 1));

        assertThatThrownBy(() -> open(disk)).isInstanceOf(CorruptJournalException.class);
    }

    /** Each in a frame of its own. */
    private void fillWithTenMessages() throws IOException {
        var queues = open(disk);
        var queue = queues.queue("q", UnaryOperator.identity());
        for (int i = 0; i < 10; i++) {
            queue.enqueue(DurableQueues.message("m" + i));
            queues.settle();
        }
    }
}
