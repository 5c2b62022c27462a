package dev.penstock.servicebus;

import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverClient;
import com.azure.messaging.servicebus.ServiceBusSenderClient;
import com.azure.messaging.servicebus.ServiceBusSessionReceiverClient;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;

/** Clients of embedded brokers; each has a connection of its own, and all are closed after the test. */
abstract class ClientCase {
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    @AfterEach
    void closeAll() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    <T extends AutoCloseable> T closing(T resource) {
        open.push(resource);
        return resource;
    }

    static ServiceBusClientBuilder client(EmbeddedServiceBus bus, int retries) {
        return client(bus.connectionString(), retries);
    }

    static ServiceBusClientBuilder client(String connectionString, int retries) {
        return new ServiceBusClientBuilder().connectionString(connectionString)
                .retryOptions(new AmqpRetryOptions().setTryTimeout(Duration.ofSeconds(10))
                        .setDelay(Duration.ofMillis(50))
                        .setMaxRetries(retries));
    }

    ServiceBusSenderClient sender(EmbeddedServiceBus bus, String queue) {
        return closing(client(bus, 0).sender().queueName(queue).buildClient());
    }

    ServiceBusReceiverClient receiver(EmbeddedServiceBus bus, String queue) {
        return closing(client(bus, 0).receiver()
                .queueName(queue)
                .disableAutoComplete()
                .maxAutoLockRenewDuration(Duration.ZERO)
                .buildClient());
    }

    ServiceBusSessionReceiverClient sessions(EmbeddedServiceBus bus, String queue) {
        return closing(client(bus, 0).sessionReceiver()
                .queueName(queue)
                .disableAutoComplete()
                .maxAutoLockRenewDuration(Duration.ZERO)
                .buildClient());
    }

    static ServiceBusReceivedMessage receiveOne(ServiceBusReceiverClient receiver) {
        return receiver.receiveMessages(1, Duration.ofSeconds(30)).stream().findFirst().orElseThrow();
    }

    static ServiceBusMessage message(String body) {
        return new ServiceBusMessage(body);
    }
}
