package dev.penstock.servicebus;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.core.util.IterableStream;
import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverClient;
import com.azure.messaging.servicebus.models.SubQueue;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is durable besides the messages themselves is there again, seen through the SDK, when a broker ends and starts anew. */
class RestartTest extends ClientCase {
    enum End {
        CLEAN, KILLED
    }

    private interface Life {
        void live(String connectionString) throws IOException;
    }

    @TempDir
    private Path data;

    /** One broker from its start to its end. */
    private void live(End end, Life life) throws Exception {
        switch (end) {
            case KILLED -> {
                try (var broker = BrokerProcess.start(data)) {
                    life.live(broker.connectionString());
                }
            }
            case CLEAN -> {
                try (var bus = EmbeddedServiceBus.builder()
                        .queue("distinct", q -> q.duplicateDetection(Duration.ofMinutes(10)))
                        .queue("slots", q -> q.requiresSession(true))
                        .queue("thrice", q -> q.maxDeliveryCount(3))
                        .queue("jobs")
                        .dataFolder(data)
                        .start()) {
                    life.live(bus.connectionString());
                }
            }
        }
    }

    private static ServiceBusReceiverClient receiver(String connectionString, String queue,
            UnaryOperator<ServiceBusClientBuilder.ServiceBusReceiverClientBuilder> options) {
        return options.apply(client(connectionString, 0).receiver().queueName(queue).disableAutoComplete())
                .buildClient();
    }

    private static void send(String connectionString, String queue,
            com.azure.messaging.servicebus.ServiceBusMessage message) {
        try (var sender = client(connectionString, 0).sender().queueName(queue).buildClient()) {
            sender.sendMessage(message);
        }
    }

    private static IterableStream<ServiceBusReceivedMessage> peek(String connectionString, String queue) {
        try (var receiver = receiver(connectionString, queue, r -> r)) {
            return new IterableStream<>(receiver.peekMessages(10).stream().toList());
        }
    }

    @ParameterizedTest
    @EnumSource
    void theDuplicateWindow(End end) throws Exception {
        live(end, bus -> send(bus, "distinct", message("first").setMessageId("id")));

        live(end, bus -> {
            send(bus, "distinct", message("again").setMessageId("id"));
            send(bus, "distinct", message("other").setMessageId("other"));
            assertThat(peek(bus, "distinct")).extracting(m -> m.getBody().toString()).containsExactly("first", "other");
        });
    }

    @ParameterizedTest
    @EnumSource
    void schedules(End end) throws Exception {
        long[] cancelled = new long[1];
        live(end, bus -> {
            try (var sender = client(bus, 0).sender().queueName("jobs").buildClient()) {
                cancelled[0] = sender.scheduleMessage(message("cancelled"),
                        OffsetDateTime.now(ZoneOffset.UTC).plusDays(1));
                sender.scheduleMessage(message("later"), OffsetDateTime.now(ZoneOffset.UTC).plusDays(1));
                sender.scheduleMessage(message("soon"), OffsetDateTime.now(ZoneOffset.UTC).plusSeconds(1));
            }
        });

        live(end, bus -> {
            try (var sender = client(bus, 0).sender().queueName("jobs").buildClient();
                    var receiver = receiver(bus, "jobs", r -> r)) {
                sender.cancelScheduledMessage(cancelled[0]);
                var soon = receiveOne(receiver);
                assertThat(soon.getBody()).hasToString("soon");
                receiver.complete(soon);
            }
            assertThat(peek(bus, "jobs")).extracting(m -> m.getBody().toString()).containsExactly("later");
        });
    }

    @ParameterizedTest
    @EnumSource
    void deliveryCounts(End end) throws Exception {
        live(end, bus -> {
            send(bus, "thrice", message("poison"));
            try (var receiver = receiver(bus, "thrice", r -> r)) {
                receiver.abandon(receiveOne(receiver));
                receiver.abandon(receiveOne(receiver));
            }
        });

        live(end, bus -> {
            try (var receiver = receiver(bus, "thrice", r -> r);
                    var dead = receiver(bus, "thrice", r -> r.subQueue(SubQueue.DEAD_LETTER_QUEUE))) {
                var last = receiveOne(receiver);
                assertThat(last.getDeliveryCount()).isEqualTo(2);
                receiver.abandon(last);
                assertThat(receiveOne(dead).getDeadLetterReason()).isEqualTo("MaxDeliveryCountExceeded");
            }
        });
        live(end, bus -> {
            try (var dead = receiver(bus, "thrice", r -> r.subQueue(SubQueue.DEAD_LETTER_QUEUE))) {
                assertThat(receiveOne(dead).getBody()).hasToString("poison");
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void sessionStatesAndDeferredMessages(End end) throws Exception {
        long[] deferred = new long[1];
        live(end, bus -> {
            send(bus, "slots", message("put aside").setSessionId("slot"));
            try (var sessions = client(bus, 0).sessionReceiver().queueName("slots").disableAutoComplete().buildClient();
                    var slot = sessions.acceptSession("slot")) {
                slot.setSessionState(new byte[]{1, 2, 3});
                var message = receiveOne(slot);
                deferred[0] = message.getSequenceNumber();
                slot.defer(message);
            }
        });

        live(end, bus -> {
            try (var sessions = client(bus, 0).sessionReceiver().queueName("slots").disableAutoComplete().buildClient();
                    var slot = sessions.acceptSession("slot")) {
                assertThat(slot.getSessionState()).containsExactly(1, 2, 3);
                assertThat(slot.receiveDeferredMessage(deferred[0]).getBody()).hasToString("put aside");
            }
        });
    }
}
