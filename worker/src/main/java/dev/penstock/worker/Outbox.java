package dev.penstock.worker;

import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusSenderAsyncClient;
import dev.penstock.contracts.Envelope;
import dev.penstock.contracts.MessageCodec;
import dev.penstock.contracts.Queues;
import dev.penstock.contracts.Reply;
import dev.penstock.messaging.BusAddress;
import dev.penstock.messaging.Envelopes;
import dev.penstock.worker.events.WorkerEvents;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;

/** What the worker sends: replies, and copies of jobs for later. Thread safe. */
final class Outbox implements AutoCloseable {
    private static final AmqpRetryOptions RETRY = new AmqpRetryOptions().setTryTimeout(Duration.ofSeconds(10))
            .setMaxRetries(2);
    /** Above what the SDK's tries may take together: it answers first. */
    private static final Duration SEND_TIMEOUT = Duration.ofSeconds(40);

    private final ServiceBusSenderAsyncClient results;
    private final ServiceBusSenderAsyncClient jobs;
    private final WorkerEvents events;

    /** @param connection made by {@link #connection} */
    Outbox(ServiceBusClientBuilder connection, Queues queues, WorkerEvents events) {
        this.results = connection.sender().queueName(queues.results()).buildAsyncClient();
        this.jobs = connection.sender().queueName(queues.jobs()).buildAsyncClient();
        this.events = events;
    }

    /**
     * One connection for all that neither receives jobs nor holds slots: sending, browsing, seeding. Brokers count
     * connections, Microsoft's emulator up to 10.
     */
    static ServiceBusClientBuilder connection(BusAddress bus) {
        return bus.newBuilder(RETRY);
    }

    /**
     * Sends a reply and waits until the broker has it.
     *
     * @throws RuntimeException
     *             whatever the SDK throws when that can't be confirmed
     */
    void publish(String messageId, Reply reply) {
        results.sendMessage(Envelopes.toMessage(MessageCodec.encode(messageId, reply))).block(SEND_TIMEOUT);
    }

    /** Sends a reply that nothing depends on, without waiting. */
    void tell(String messageId, Reply reply) {
        tell(Envelopes.toMessage(MessageCodec.encode(messageId, reply)));
    }

    /** The same for what is of no use to whoever reads it later than that. */
    void tellFor(Duration life, String messageId, Reply reply) {
        tell(Envelopes.toMessage(MessageCodec.encode(messageId, reply)).setTimeToLive(life));
    }

    private void tell(ServiceBusMessage message) {
        results.sendMessage(message).subscribe(_ -> {
        }, failure -> events.sendFailed("progress", failure, "nothing depends on it"));
    }

    /**
     * Puts a copy of a job on the queue for later and waits until the broker has it.
     *
     * @throws RuntimeException
     *             whatever the SDK throws when that can't be confirmed
     */
    void schedule(Envelope copy, Instant due) {
        ServiceBusMessage message = Envelopes.toMessage(copy);
        message.setScheduledEnqueueTime(due.atOffset(ZoneOffset.UTC));
        jobs.sendMessage(message).block(SEND_TIMEOUT);
    }

    @Override
    public void close() {
        results.close();
        jobs.close();
    }
}
