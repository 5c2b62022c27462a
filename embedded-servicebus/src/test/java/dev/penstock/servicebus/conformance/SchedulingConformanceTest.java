package dev.penstock.servicebus.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.messaging.servicebus.models.ServiceBusMessageState;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SchedulingConformanceTest extends ConformanceCase {
    private static OffsetDateTime inSeconds(long seconds) {
        return OffsetDateTime.now(ZoneOffset.UTC).plusSeconds(seconds);
    }

    @Test
    void aScheduledMessageComesWhenItsTimeHasCome() {
        var sender = sender(QueueKind.PLAIN);
        var time = inSeconds(2);
        sender.scheduleMessage(message("later"), time);
        sender.sendMessage(message("now"));
        var receiver = deletingReceiver(QueueKind.PLAIN);

        assertThat(receiveOne(receiver).getBody().toString()).isEqualTo("now");
        var later = receiveOne(receiver);

        assertThat(later.getBody().toString()).isEqualTo("later");
        assertThat(later.getScheduledEnqueueTime().toInstant().toEpochMilli())
                .isEqualTo(time.toInstant().toEpochMilli());
        assertThat(later.getEnqueuedTime()).isAfterOrEqualTo(later.getScheduledEnqueueTime());
        assertThat(later.getDeliveryCount()).isZero();
    }

    @Test
    void aMessageSentWithAnEnqueueTimeIsScheduledToo() {
        var sender = sender(QueueKind.PLAIN);
        sender.sendMessage(message("later").setScheduledEnqueueTime(inSeconds(2)));
        sender.sendMessage(message("now"));

        assertThat(bodies(receive(deletingReceiver(QueueKind.PLAIN), 2))).containsExactly("now", "later");
    }

    @Test
    void aScheduledMessageIsSeenByPeekingInItsState() {
        sender(QueueKind.PLAIN).scheduleMessage(message("later"), inSeconds(600));

        var peeked = receiver(QueueKind.PLAIN).peekMessage();

        assertThat(peeked.getBody().toString()).isEqualTo("later");
        assertThat(peeked.getState()).isEqualTo(ServiceBusMessageState.SCHEDULED);
    }

    @Test
    void aCancelledMessageNeverComes() {
        var sender = sender(QueueKind.PLAIN);
        long number = sender.scheduleMessage(message("cancelled"), inSeconds(1));
        sender.scheduleMessage(message("kept"), inSeconds(2));

        sender.cancelScheduledMessage(number);

        assertThat(receiveOne(deletingReceiver(QueueKind.PLAIN)).getBody().toString()).isEqualTo("kept");
    }

    @Test
    void severalMessagesAreScheduledAndCancelledAtOnce() {
        var sender = sender(QueueKind.PLAIN);
        // Copied into a list because each iteration over the SDK's answer schedules anew.
        List<Long> numbers = new ArrayList<>();
        sender.scheduleMessages(List.of(message("a"), message("b"), message("c")), inSeconds(600))
                .forEach(numbers::add);
        assertThat(numbers).doesNotHaveDuplicates().hasSize(3);

        sender.cancelScheduledMessages(numbers);

        assertThat(receiver(QueueKind.PLAIN).peekMessages(10)).isEmpty();
    }
}
