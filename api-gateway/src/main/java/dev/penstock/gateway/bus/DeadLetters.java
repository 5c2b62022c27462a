package dev.penstock.gateway.bus;

import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverAsyncClient;
import com.azure.messaging.servicebus.models.SubQueue;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/**
 * Looks through a queue's dead letters and leaves them there for operators. Each pass goes on behind the last message
 * seen; now and then one starts over, because a message can be dead-lettered behind the place that was read last.
 */
public final class DeadLetters implements AutoCloseable {
    private static final int PAGE = 100;
    private static final Duration PEEK_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration START_OVER = Duration.ofMinutes(10);

    private final ServiceBusReceiverAsyncClient client;
    private final InstantSource clock;
    private final Visitor visitor;
    private long nextSequenceNumber;
    private Instant startOver;

    public DeadLetters(ServiceBusClientBuilder connection, String queue, InstantSource clock, Visitor visitor) {
        this.client = connection.receiver()
                .queueName(queue)
                .subQueue(SubQueue.DEAD_LETTER_QUEUE)
                .disableAutoComplete()
                .buildAsyncClient();
        this.clock = clock;
        this.visitor = visitor;
        this.startOver = clock.instant().plus(START_OVER);
    }

    /**
     * Visits what is new. Blocks; one thread at a time.
     *
     * @throws RuntimeException
     *             if the broker can't be asked or the visitor failed; the next pass goes on at the same message
     */
    public void browse() {
        if (clock.instant().isAfter(startOver)) {
            nextSequenceNumber = 0;
            startOver = clock.instant().plus(START_OVER);
        }
        List<ServiceBusReceivedMessage> page = peek();
        while (!page.isEmpty()) {
            for (ServiceBusReceivedMessage message : page) {
                visitor.visit(message);
                nextSequenceNumber = message.getSequenceNumber() + 1;
            }
            page = peek();
        }
    }

    @Override
    public void close() {
        client.close();
    }

    private List<ServiceBusReceivedMessage> peek() {
        List<ServiceBusReceivedMessage> page = client.peekMessages(PAGE, nextSequenceNumber)
                .collectList()
                .block(PEEK_TIMEOUT);
        return page == null ? List.of() : page;
    }

    /** Sees a message again after a restart and now and then: must not mind. */
    public interface Visitor {
        void visit(ServiceBusReceivedMessage message);
    }
}
