package dev.penstock.gateway.bus;

import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusClientBuilder.ServiceBusReceiverClientBuilder;
import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverAsyncClient;
import com.azure.messaging.servicebus.ServiceBusReceiverClient;
import com.azure.messaging.servicebus.models.SubQueue;
import dev.penstock.gateway.process.GatewayEvents;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Looks through a queue's dead letters and leaves them there for operators, but for those that tell of what a caller had
 * erased. Each pass goes on behind the last message seen; now and then one starts over, because a message can be
 * dead-lettered behind the place that was read last, and erased after it was seen.
 */
public final class DeadLetters implements AutoCloseable {
    private static final int PAGE = 100;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration START_OVER = Duration.ofMinutes(10);
    /** Messages that are put back must be held until all that is wanted has been found behind them. */
    private static final int MOST_HELD = 300;

    private final Supplier<ServiceBusClientBuilder> connecting;
    private final String queue;
    private final InstantSource clock;
    private final Visitor visitor;
    private final GatewayEvents events;
    private ServiceBusClientBuilder connection;
    private ServiceBusReceiverAsyncClient client;
    private long nextSequenceNumber;
    private Instant startOver;

    /**
     * Reads nothing yet.
     *
     * @param connection
     *            shared with others; used until a pass fails
     * @param connecting
     *            makes one for this alone, after a failure
     */
    public DeadLetters(ServiceBusClientBuilder connection, Supplier<ServiceBusClientBuilder> connecting, String queue,
            InstantSource clock, Visitor visitor, GatewayEvents events) {
        this.connection = connection;
        this.connecting = connecting;
        this.queue = queue;
        this.client = receiver().buildAsyncClient();
        this.clock = clock;
        this.visitor = visitor;
        this.events = events;
        this.startOver = clock.instant().plus(START_OVER);
    }

    /**
     * Visits what is new. Blocks; one thread at a time.
     *
     * @throws RuntimeException
     *             if the broker can't be asked or the visitor failed; the next pass goes on at the same message
     */
    public void browse() {
        try {
            pass();
        } catch (RuntimeException failed) {
            reconnect();
            throw failed;
        }
    }

    /** The SDK was once seen to wait in vain, for good, for a channel that it had begun to open on a busy machine. */
    private void reconnect() {
        client.close();
        connection = connecting.get();
        client = receiver().buildAsyncClient();
    }

    private void pass() {
        if (clock.instant().isAfter(startOver)) {
            nextSequenceNumber = 0;
            startOver = clock.instant().plus(START_OVER);
        }
        Set<Long> unwanted = new HashSet<>();
        List<ServiceBusReceivedMessage> page = peek();
        while (!page.isEmpty()) {
            for (ServiceBusReceivedMessage message : page) {
                if (visitor.visit(message) == Fate.REMOVE) {
                    unwanted.add(message.getSequenceNumber());
                }
                nextSequenceNumber = message.getSequenceNumber() + 1;
            }
            page = peek();
        }
        if (!unwanted.isEmpty()) {
            events.deadLettersRemoved(queue, remove(unwanted));
        }
    }

    @Override
    public void close() {
        client.close();
    }

    private List<ServiceBusReceivedMessage> peek() {
        List<ServiceBusReceivedMessage> page = client.peekMessages(PAGE, nextSequenceNumber)
                .collectList()
                .block(TIMEOUT);
        return page == null ? List.of() : page;
    }

    /** Only what is first can be received, so what is in front of the unwanted is received, too, and put back. */
    private int remove(Set<Long> unwanted) {
        List<ServiceBusReceivedMessage> held = new ArrayList<>();
        int removed = 0;
        try (ServiceBusReceiverClient taker = receiver().buildClient()) {
            List<ServiceBusReceivedMessage> taken = take(taker);
            while (!taken.isEmpty()) {
                for (ServiceBusReceivedMessage message : taken) {
                    if (unwanted.contains(message.getSequenceNumber())) {
                        taker.complete(message);
                        removed++;
                    } else {
                        held.add(message);
                    }
                }
                boolean more = removed < unwanted.size() && held.size() < MOST_HELD;
                taken = more ? take(taker) : List.of();
            }
            held.forEach(taker::abandon);
        }
        return removed;
    }

    private static List<ServiceBusReceivedMessage> take(ServiceBusReceiverClient taker) {
        return taker.receiveMessages(PAGE, TIMEOUT).stream().toList();
    }

    private ServiceBusReceiverClientBuilder receiver() {
        return connection.receiver().queueName(queue).subQueue(SubQueue.DEAD_LETTER_QUEUE).disableAutoComplete();
    }

    /** What becomes of a dead letter. */
    public enum Fate {
        KEEP, REMOVE
    }

    /** Sees a message again after a restart and now and then: must not mind. */
    public interface Visitor {
        Fate visit(ServiceBusReceivedMessage message);
    }
}
