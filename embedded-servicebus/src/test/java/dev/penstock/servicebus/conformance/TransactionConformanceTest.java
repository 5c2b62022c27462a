package dev.penstock.servicebus.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.messaging.servicebus.models.CompleteOptions;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class TransactionConformanceTest extends ConformanceCase {
    @Test
    void whatIsSentInATransactionIsSeenAfterItsCommitOnly() {
        var connection = connection();
        var sender = closing(connection.sender().queueName(QueueKind.PLAIN.queue).buildClient());
        var receiver = receiver(QueueKind.PLAIN);
        var transaction = sender.createTransaction();
        sender.sendMessage(message("one"), transaction);
        sender.sendMessages(List.of(message("two"), message("three")), transaction);
        assertThat(receiver.peekMessages(10)).isEmpty();

        sender.commitTransaction(transaction);

        assertThat(bodies(receive(receiver, 3))).containsExactly("one", "two", "three");
    }

    @Test
    void whatIsRolledBackNeverHappened() {
        var connection = connection();
        var sender = closing(connection.sender().queueName(QueueKind.PLAIN.queue).buildClient());
        var receiver = receiver(connection, QueueKind.PLAIN);
        sender.sendMessage(message("stays"));
        var message = receiveOne(receiver);
        var transaction = sender.createTransaction();
        sender.sendMessage(message("never"), transaction);
        receiver.complete(message, new CompleteOptions().setTransactionContext(transaction));

        sender.rollbackTransaction(transaction);

        // The completed message comes again when its lock has run out.
        assertThat(receiveOne(receiver(QueueKind.PLAIN)).getBody().toString()).isEqualTo("stays");
        assertThat(receiver.peekMessages(10)).extracting(m -> m.getBody().toString()).doesNotContain("never");
    }

    @Test
    void aTransactionMovesAMessageFromOneQueueToAnother() {
        var connection = connection().enableCrossEntityTransactions();
        var receiver = receiver(connection, QueueKind.PLAIN);
        var sender = closing(connection.sender().queueName(QueueKind.OTHER.queue).buildClient());
        sender(QueueKind.PLAIN).sendMessage(message("moved"));
        var message = receiveOne(receiver);
        var transaction = receiver.createTransaction();
        sender.sendMessage(message("moved on"), transaction);
        receiver.complete(message, new CompleteOptions().setTransactionContext(transaction));

        receiver.commitTransaction(transaction);

        assertThat(receiveOne(deletingReceiver(QueueKind.OTHER)).getBody().toString()).isEqualTo("moved on");
        assertThat(receiver(QueueKind.PLAIN).peekMessages(10)).isEmpty();
    }

    @Test
    void aCrossEntityTransactionIsRolledBackInBothQueues() {
        var connection = connection().enableCrossEntityTransactions();
        var receiver = receiver(connection, QueueKind.PLAIN);
        var sender = closing(connection.sender().queueName(QueueKind.OTHER.queue).buildClient());
        sender(QueueKind.PLAIN).sendMessage(message("stays"));
        var message = receiveOne(receiver);
        var transaction = receiver.createTransaction();
        sender.sendMessage(message("never"), transaction);
        receiver.complete(message, new CompleteOptions().setTransactionContext(transaction));

        receiver.rollbackTransaction(transaction);

        assertThat(receiver(QueueKind.OTHER).peekMessages(10)).isEmpty();
        assertThat(receiveOne(receiver(QueueKind.PLAIN)).getBody().toString()).isEqualTo("stays");
    }

    @Test
    void aScheduledMessageOfATransactionComesAfterItsCommit() {
        var sender = sender(QueueKind.PLAIN);
        var transaction = sender.createTransaction();
        sender.scheduleMessage(message("later"), OffsetDateTime.now(ZoneOffset.UTC).plusSeconds(1), transaction);

        sender.commitTransaction(transaction);

        assertThat(receiveOne(receiver(QueueKind.PLAIN)).getBody().toString()).isEqualTo("later");
    }

    @Test
    void aTransactionWhoseSendWasRefusedCannotBeCommitted() {
        var connection = connection();
        var sender = closing(connection.sender().queueName(QueueKind.SESSIONS.queue).buildClient());
        var transaction = sender.createTransaction();
        sender.sendMessage(message("good").setSessionId("a"), transaction);
        try {
            sender.sendMessage(message("without a session"), transaction);
        } catch (RuntimeException _) {
            // Whether the SDK reports the refusal here depends on its version; the commit has to fail either way.
        }

        assertThatThrownBy(() -> sender.commitTransaction(transaction)).isInstanceOf(RuntimeException.class);

        assertThat(closing(sessions(connection()).acceptSession("a")).peekMessages(10)).isEmpty();
    }

    @Test
    void aTransactionEndsOnce() {
        var sender = sender(QueueKind.PLAIN);
        var transaction = sender.createTransaction();
        sender.sendMessage(message("once"), transaction);
        sender.commitTransaction(transaction);

        assertThatThrownBy(() -> sender.commitTransaction(transaction)).isInstanceOf(RuntimeException.class);

        assertThat(receiver(QueueKind.PLAIN).peekMessages(10)).hasSize(1);
    }
}
