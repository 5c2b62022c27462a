package dev.penstock.servicebus.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.messaging.servicebus.ServiceBusException;
import com.azure.messaging.servicebus.ServiceBusFailureReason;
import com.azure.messaging.servicebus.models.AbandonOptions;
import com.azure.messaging.servicebus.models.DeadLetterOptions;
import com.azure.messaging.servicebus.models.DeferOptions;
import com.azure.messaging.servicebus.models.ServiceBusMessageState;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettlementConformanceTest extends ConformanceCase {
    @Test
    void aCompletedMessageIsGone() {
        sender(QueueKind.PLAIN).sendMessage(message("done"));
        var receiver = receiver(QueueKind.PLAIN);

        receiver.complete(receiveOne(receiver));

        assertThat(receiver.peekMessages(10)).isEmpty();
    }

    @Test
    void anAbandonedMessageComesAgainCountedAndWithChangedProperties() {
        var sent = message("again");
        sent.getApplicationProperties().put("kept", "yes");
        sent.getApplicationProperties().put("changed", "old");
        sender(QueueKind.PLAIN).sendMessage(sent);
        var receiver = receiver(QueueKind.PLAIN);

        receiver.abandon(receiveOne(receiver),
                new AbandonOptions().setPropertiesToModify(Map.of("changed", "new", "added", 3)));

        var again = receiveOne(receiver);
        assertThat(again.getDeliveryCount()).isEqualTo(1);
        assertThat(again.getBody().toString()).isEqualTo("again");
        assertThat(again.getApplicationProperties()).containsEntry("kept", "yes")
                .containsEntry("changed", "new")
                .containsEntry("added", 3);
    }

    @Test
    void anAbandonedMessageKeepsItsPlace() {
        var sender = sender(QueueKind.PLAIN);
        sender.sendMessage(message("first"));
        sender.sendMessage(message("second"));
        var receiver = receiver(QueueKind.PLAIN);

        receiver.abandon(receiveOne(receiver));

        assertThat(bodies(receive(receiver, 2))).containsExactly("first", "second");
    }

    @Test
    void aDeadLetteredMessageIsInTheDeadLetterQueueWithItsReason() {
        sender(QueueKind.PLAIN).sendMessage(message("bad"));
        var receiver = receiver(QueueKind.PLAIN);

        receiver.deadLetter(receiveOne(receiver), new DeadLetterOptions().setDeadLetterReason("why")
                .setDeadLetterErrorDescription("because")
                .setPropertiesToModify(Map.of("more", "info")));

        var deadLetters = deadLetterReceiver(QueueKind.PLAIN);
        var dead = receiveOne(deadLetters);
        assertThat(dead.getBody().toString()).isEqualTo("bad");
        assertThat(dead.getDeadLetterReason()).isEqualTo("why");
        assertThat(dead.getDeadLetterErrorDescription()).isEqualTo("because");
        assertThat(dead.getApplicationProperties()).containsEntry("more", "info");
        deadLetters.complete(dead);
        assertThat(deadLetters.peekMessages(10)).isEmpty();
        assertThat(receiver.peekMessages(10)).isEmpty();
    }

    @Test
    void aMessageThatFailsTooOftenIsDeadLettered() {
        sender(QueueKind.PLAIN).sendMessage(message("poison"));
        var receiver = receiver(QueueKind.PLAIN);

        for (int delivery = 0; delivery < 3; delivery++) {
            receiver.abandon(receiveOne(receiver));
        }

        var dead = receiveOne(deadLetterReceiver(QueueKind.PLAIN));
        assertThat(dead.getBody().toString()).isEqualTo("poison");
        assertThat(dead.getDeadLetterReason()).isEqualTo("MaxDeliveryCountExceeded");
    }

    @Test
    void aDeferredMessageIsReceivedByItsSequenceNumberOnly() {
        var sender = sender(QueueKind.PLAIN);
        sender.sendMessage(message("later"));
        var receiver = receiver(QueueKind.PLAIN);
        var message = receiveOne(receiver);

        receiver.defer(message, new DeferOptions().setPropertiesToModify(Map.of("deferred", true)));

        sender.sendMessage(message("now"));
        assertThat(receiveOne(receiver).getBody().toString()).isEqualTo("now");
        var deferred = receiver.receiveDeferredMessage(message.getSequenceNumber());
        assertThat(deferred.getBody().toString()).isEqualTo("later");
        assertThat(deferred.getState()).isEqualTo(ServiceBusMessageState.DEFERRED);
        assertThat(deferred.getApplicationProperties()).containsEntry("deferred", true);
        receiver.complete(deferred);
        assertThat(receiver.peekMessages(10)).extracting(m -> m.getBody().toString()).containsExactly("now");
    }

    @Test
    void aDeferredMessageCanBeAbandonedAndStaysDeferred() {
        sender(QueueKind.PLAIN).sendMessage(message("later"));
        var receiver = receiver(QueueKind.PLAIN);
        var message = receiveOne(receiver);
        receiver.defer(message);

        receiver.abandon(receiver.receiveDeferredMessage(message.getSequenceNumber()));

        assertThat(receiver.receiveDeferredMessage(message.getSequenceNumber()).getBody().toString())
                .isEqualTo("later");
    }

    @Test
    void renewingExtendsALock() {
        sender(QueueKind.PLAIN).sendMessage(message("long work"));
        var receiver = receiver(QueueKind.PLAIN);
        var message = receiveOne(receiver);
        var firstEnd = message.getLockedUntil();

        var newEnd = receiver.renewMessageLock(message);

        assertThat(newEnd).isAfterOrEqualTo(firstEnd);
        receiver.complete(message);
        assertThat(receiver.peekMessages(10)).isEmpty();
    }

    @Test
    void aMessageWhoseLockRanOutComesAgainAndCannotBeSettledWithTheOldLock() {
        sender(QueueKind.PLAIN).sendMessage(message("slow"));
        var slow = receiver(QueueKind.PLAIN);
        var lost = receiveOne(slow);

        var other = receiver(QueueKind.PLAIN);
        var again = receiveOne(other);

        assertThat(again.getDeliveryCount()).isEqualTo(1);
        assertThatThrownBy(() -> slow.complete(lost)).isInstanceOfSatisfying(ServiceBusException.class,
                e -> assertThat(e.getReason()).isEqualTo(ServiceBusFailureReason.MESSAGE_LOCK_LOST));
        assertThatThrownBy(() -> slow.renewMessageLock(lost)).isInstanceOfSatisfying(ServiceBusException.class,
                e -> assertThat(e.getReason()).isEqualTo(ServiceBusFailureReason.MESSAGE_LOCK_LOST));
        other.complete(again);
    }

    @Test
    void anExpiredMessageIsDeadLetteredWhereTheQueueSaysSo() {
        sender(QueueKind.EXPIRING).sendMessage(message("old").setTimeToLive(Duration.ofMillis(300)));

        var dead = receiveOne(deadLetterReceiver(QueueKind.EXPIRING));

        assertThat(dead.getBody().toString()).isEqualTo("old");
        assertThat(dead.getDeadLetterReason()).isEqualTo("TTLExpiredException");
    }

    @Test
    void anExpiredMessageIsDroppedElsewhere() {
        var sender = sender(QueueKind.PLAIN);
        sender.sendMessage(message("old").setTimeToLive(Duration.ofMillis(1)));
        // Scheduled after the other has expired: receiving it proves that the other was passed over.
        sender.scheduleMessage(message("fresh"), OffsetDateTime.now(ZoneOffset.UTC).plusSeconds(1));

        assertThat(receiveOne(deletingReceiver(QueueKind.PLAIN)).getBody().toString()).isEqualTo("fresh");
        assertThat(deadLetterReceiver(QueueKind.PLAIN).peekMessages(10)).isEmpty();
    }
}
