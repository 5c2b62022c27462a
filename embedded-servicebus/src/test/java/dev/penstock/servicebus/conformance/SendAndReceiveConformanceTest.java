package dev.penstock.servicebus.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.util.BinaryData;
import com.azure.messaging.servicebus.ServiceBusException;
import com.azure.messaging.servicebus.ServiceBusFailureReason;
import com.azure.messaging.servicebus.ServiceBusMessage;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SendAndReceiveConformanceTest extends ConformanceCase {
    @Test
    void aMessageArrivesWithEverythingItsSenderSet() {
        var sent = message("body").setMessageId("id")
                .setCorrelationId("correlation")
                .setSubject("subject")
                .setTo("to")
                .setReplyTo("reply-to")
                .setContentType("text/plain")
                .setTimeToLive(Duration.ofMinutes(5));
        var time = OffsetDateTime.of(2026, 1, 2, 3, 4, 5, 0, ZoneOffset.UTC);
        sent.getApplicationProperties().put("text", "ä");
        sent.getApplicationProperties().put("number", 42L);
        sent.getApplicationProperties().put("truth", true);
        sent.getApplicationProperties().put("time", time);
        sent.getApplicationProperties().put("span", Duration.ofSeconds(90));
        sent.getApplicationProperties().put("uuid", UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"));
        sender(QueueKind.PLAIN).sendMessage(sent);

        var received = receiveOne(receiver(QueueKind.PLAIN));

        assertThat(received.getBody().toString()).isEqualTo("body");
        assertThat(received.getMessageId()).isEqualTo("id");
        assertThat(received.getCorrelationId()).isEqualTo("correlation");
        assertThat(received.getSubject()).isEqualTo("subject");
        assertThat(received.getTo()).isEqualTo("to");
        assertThat(received.getReplyTo()).isEqualTo("reply-to");
        assertThat(received.getContentType()).isEqualTo("text/plain");
        assertThat(received.getTimeToLive()).isEqualTo(Duration.ofMinutes(5));
        assertThat(received.getExpiresAt()).isEqualTo(received.getEnqueuedTime().plusMinutes(5));
        assertThat(received.getDeliveryCount()).isZero();
        assertThat(received.getSequenceNumber()).isPositive();
        assertThat(received.getLockedUntil()).isAfter(received.getEnqueuedTime());
        assertThat(received.getLockToken()).isNotEqualTo(new UUID(0, 0).toString());
        assertThat(received.getApplicationProperties()).containsEntry("text", "ä")
                .containsEntry("number", 42L)
                .containsEntry("truth", true)
                .containsEntry("span", Duration.ofSeconds(90))
                .containsEntry("uuid", UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"))
                .hasEntrySatisfying("time", value -> assertThat((OffsetDateTime) value).isEqualTo(time));
    }

    @Test
    void aBatchArrivesWholeAndInOrder() {
        var bodies = IntStream.range(0, 50).mapToObj(String::valueOf).toList();
        var sender = sender(QueueKind.PLAIN);
        var batch = sender.createMessageBatch();
        bodies.forEach(body -> assertThat(batch.tryAddMessage(message(body))).isTrue());
        sender.sendMessages(batch);

        assertThat(bodies(receive(deletingReceiver(QueueKind.PLAIN), 50))).isEqualTo(bodies);
    }

    @Test
    void aBatchOfOneArrives() {
        var sender = sender(QueueKind.PLAIN);
        var batch = sender.createMessageBatch();
        batch.tryAddMessage(message("alone"));
        sender.sendMessages(batch);

        assertThat(receiveOne(deletingReceiver(QueueKind.PLAIN)).getBody().toString()).isEqualTo("alone");
    }

    @Test
    void aMessageOfManyFramesArrivesUnchanged() {
        byte[] body = new byte[200_000];
        new Random(7).nextBytes(body);
        sender(QueueKind.PLAIN).sendMessage(new ServiceBusMessage(BinaryData.fromBytes(body)));

        assertThat(receiveOne(deletingReceiver(QueueKind.PLAIN)).getBody().toBytes()).isEqualTo(body);
    }

    @Test
    void anEmptyBodyArrives() {
        sender(QueueKind.PLAIN).sendMessage(message(""));

        assertThat(receiveOne(deletingReceiver(QueueKind.PLAIN)).getBody().toBytes()).isEmpty();
    }

    @Test
    void aMessageThatIsTooLargeIsRefused() {
        var sender = sender(QueueKind.PLAIN);

        assertThatThrownBy(() -> sender.sendMessage(new ServiceBusMessage(BinaryData.fromBytes(new byte[2_000_000]))))
                .isInstanceOfSatisfying(ServiceBusException.class, e -> assertThat(e.getReason())
                        .isEqualTo(ServiceBusFailureReason.MESSAGE_SIZE_EXCEEDED));
    }

    @Test
    void whatIsReceivedAndDeletedIsGone() {
        var sender = sender(QueueKind.PLAIN);
        sender.sendMessage(message("first"));
        sender.sendMessage(message("second"));
        var receiver = deletingReceiver(QueueKind.PLAIN);

        assertThat(receiveOne(receiver).getBody().toString()).isEqualTo("first");

        assertThat(receiver.peekMessages(10)).extracting(m -> m.getBody().toString()).containsExactly("second");
    }

    @Test
    void anAsynchronousReceiverWithoutPrefetchGetsEverythingOnce() throws InterruptedException {
        int count = 200;
        var sender = sender(QueueKind.PLAIN);
        sender.sendMessages(IntStream.range(0, count).mapToObj(i -> message(String.valueOf(i))).toList());
        var receiver = closing(connection().receiver()
                .queueName(QueueKind.PLAIN.queue)
                .disableAutoComplete()
                .buildAsyncClient());
        List<String> received = Collections.synchronizedList(new ArrayList<>());
        var all = new CountDownLatch(count);

        var subscription = receiver.receiveMessages().flatMap(message -> receiver.complete(message).doOnSuccess(_ -> {
            received.add(message.getBody().toString());
            all.countDown();
        }), 8).subscribe();

        assertThat(all.await(60, TimeUnit.SECONDS)).isTrue();
        subscription.dispose();
        assertThat(received).doesNotHaveDuplicates().hasSize(count);
        assertThat(receiver(QueueKind.PLAIN).peekMessages(10)).isEmpty();
    }

    @Test
    void aProcessorHandlesEverythingOnce() throws InterruptedException {
        int count = 100;
        sender(QueueKind.PLAIN)
                .sendMessages(IntStream.range(0, count).mapToObj(i -> message(String.valueOf(i))).toList());
        List<String> handled = Collections.synchronizedList(new ArrayList<>());
        List<Throwable> errors = Collections.synchronizedList(new ArrayList<>());
        var all = new CountDownLatch(count);
        var processor = closing(connection().processor()
                .queueName(QueueKind.PLAIN.queue)
                .maxConcurrentCalls(8)
                .processMessage(context -> {
                    handled.add(context.getMessage().getBody().toString());
                    all.countDown();
                })
                .processError(context -> errors.add(context.getException()))
                .buildProcessorClient());

        processor.start();

        assertThat(all.await(60, TimeUnit.SECONDS)).isTrue();
        processor.stop();
        assertThat(errors).isEmpty();
        assertThat(handled).doesNotHaveDuplicates().hasSize(count);
    }

    @Test
    void peekingShowsMessagesInOrderWithoutTakingThem() {
        var sender = sender(QueueKind.PLAIN);
        IntStream.range(0, 5).forEach(i -> sender.sendMessage(message(String.valueOf(i))));
        var receiver = receiver(QueueKind.PLAIN);

        var first = receiver.peekMessage();
        var rest = receiver.peekMessages(10).stream().toList();

        assertThat(first.getBody().toString()).isEqualTo("0");
        assertThat(bodies(rest)).containsExactly("1", "2", "3", "4");
        assertThat(receiver.peekMessage(rest.get(2).getSequenceNumber()).getBody().toString()).isEqualTo("3");
        assertThat(bodies(receive(deletingReceiver(QueueKind.PLAIN), 5))).containsExactly("0", "1", "2", "3", "4");
    }

    @Test
    void aRepeatedMessageIdIsTakenOnceWithinTheWindow() {
        var sender = sender(QueueKind.DUPLICATES);
        var id = UUID.randomUUID().toString();
        sender.sendMessage(message("first").setMessageId(id));
        sender.sendMessage(message("again").setMessageId(id));
        sender.sendMessage(message("other").setMessageId(UUID.randomUUID().toString()));

        assertThat(bodies(receive(deletingReceiver(QueueKind.DUPLICATES), 2))).containsExactly("first", "other");
    }

    @Test
    void anUnknownQueueIsReportedAsNotFound() {
        var sender = closing(connection().sender().queueName("no-such-queue").buildClient());
        var receiver = closing(connection().receiver().queueName("no-such-queue").buildClient());

        assertThatThrownBy(() -> sender.sendMessage(message("lost"))).isInstanceOfSatisfying(ServiceBusException.class,
                e -> assertThat(e.getReason()).isEqualTo(ServiceBusFailureReason.MESSAGING_ENTITY_NOT_FOUND));
        assertThatThrownBy(() -> receiver.receiveMessages(1, Duration.ofSeconds(5)).forEach(_ -> {
        })).hasStackTraceContaining("could not be found");
    }
}
