package dev.penstock.servicebus.conformance;

import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.core.amqp.exception.AmqpException;
import com.azure.core.util.BinaryData;
import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverClient;
import com.azure.messaging.servicebus.ServiceBusSenderClient;
import com.azure.messaging.servicebus.ServiceBusSessionReceiverClient;
import com.azure.messaging.servicebus.models.ServiceBusReceiveMode;
import com.azure.messaging.servicebus.models.SubQueue;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** One test's clients of one target; all are closed after it. */
@ParameterizedClass(name = "{0}")
@EnumSource(Target.class)
abstract class ConformanceCase {
    /** Long enough for a lock to run out on any target. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    @Parameter
    @SuppressWarnings("NullAway.Init")
    Target target;

    @SuppressWarnings("NullAway.Init")
    private Target.Running running;
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    @BeforeEach
    void open() throws Exception {
        running = target.open();
        open.push(running.stop());
        if (target != Target.EMBEDDED) {
            emptyQueues();
        }
    }

    @AfterEach
    void closeAll() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    /** Targets that live longer than a test keep what earlier tests left. */
    private void emptyQueues() {
        for (var kind : QueueKind.values()) {
            empty(connection().receiver()
                    .queueName(kind.queue)
                    .subQueue(SubQueue.DEAD_LETTER_QUEUE)
                    .receiveMode(ServiceBusReceiveMode.RECEIVE_AND_DELETE)
                    .buildClient());
            if (kind != QueueKind.SESSIONS) {
                empty(connection().receiver()
                        .queueName(kind.queue)
                        .receiveMode(ServiceBusReceiveMode.RECEIVE_AND_DELETE)
                        .buildClient());
            }
        }
        emptySessions();
    }

    private void emptySessions() {
        try (var sessions = connection(Duration.ofSeconds(3)).sessionReceiver()
                .queueName(QueueKind.SESSIONS.queue)
                .receiveMode(ServiceBusReceiveMode.RECEIVE_AND_DELETE)
                .buildClient()) {
            while (true) {
                var session = sessions.acceptNextSession();
                session.setSessionState(null);
                empty(session);
            }
        } catch (IllegalStateException | AmqpException _) {
            // No session with messages is left.
        }
    }

    private static void empty(ServiceBusReceiverClient receiver) {
        try (receiver) {
            while (receiver.receiveMessages(100, Duration.ofSeconds(2)).stream().findAny().isPresent()) {
                // Received is deleted.
            }
        }
    }

    <T extends AutoCloseable> T closing(T resource) {
        open.push(resource);
        return resource;
    }

    /** A builder for clients that share one connection of their own. */
    ServiceBusClientBuilder connection() {
        return connection(Duration.ofSeconds(20));
    }

    ServiceBusClientBuilder connection(Duration tryTimeout) {
        return new ServiceBusClientBuilder().connectionString(running.connectionString())
                .retryOptions(new AmqpRetryOptions().setTryTimeout(tryTimeout).setMaxRetries(1));
    }

    ServiceBusSenderClient sender(QueueKind kind) {
        return closing(connection().sender().queueName(kind.queue).buildClient());
    }

    ServiceBusReceiverClient receiver(QueueKind kind) {
        return receiver(connection(), kind);
    }

    ServiceBusReceiverClient receiver(ServiceBusClientBuilder connection, QueueKind kind) {
        return closing(connection.receiver()
                .queueName(kind.queue)
                .maxAutoLockRenewDuration(Duration.ZERO)
                .disableAutoComplete()
                .buildClient());
    }

    ServiceBusReceiverClient deadLetterReceiver(QueueKind kind) {
        return closing(connection().receiver()
                .queueName(kind.queue)
                .subQueue(SubQueue.DEAD_LETTER_QUEUE)
                .disableAutoComplete()
                .buildClient());
    }

    ServiceBusReceiverClient deletingReceiver(QueueKind kind) {
        return closing(connection().receiver()
                .queueName(kind.queue)
                .receiveMode(ServiceBusReceiveMode.RECEIVE_AND_DELETE)
                .buildClient());
    }

    ServiceBusSessionReceiverClient sessions(ServiceBusClientBuilder connection) {
        return closing(connection.sessionReceiver()
                .queueName(QueueKind.SESSIONS.queue)
                .maxAutoLockRenewDuration(Duration.ZERO)
                .disableAutoComplete()
                .buildClient());
    }

    static ServiceBusReceivedMessage receiveOne(ServiceBusReceiverClient receiver) {
        return receive(receiver, 1).getFirst();
    }

    /** Receives exactly so many, over as many calls as it takes. */
    static List<ServiceBusReceivedMessage> receive(ServiceBusReceiverClient receiver, int count) {
        List<ServiceBusReceivedMessage> received = new ArrayList<>();
        while (received.size() < count) {
            int before = received.size();
            receiver.receiveMessages(count - before, PATIENCE).forEach(received::add);
            if (received.size() == before) {
                throw new AssertionError("only " + before + " of " + count + " messages came");
            }
        }
        return received;
    }

    static ServiceBusMessage message(String body) {
        return new ServiceBusMessage(BinaryData.fromString(body));
    }

    static List<String> bodies(List<ServiceBusReceivedMessage> messages) {
        return messages.stream().map(message -> message.getBody().toString()).toList();
    }
}
