package dev.penstock.gateway.bus;

import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusSenderAsyncClient;
import dev.penstock.contracts.Envelope;
import dev.penstock.messaging.BusAddress;
import dev.penstock.messaging.Envelopes;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;

/** Sends messages to a queue, many at a time, each with a deadline. */
public final class MessageSender implements JobQueue, AutoCloseable {
    private static final int RETRIES = 1;
    /** The SDK tells the broker one second less than this, and fails every send for good when that is negative. */
    private static final Duration SHORTEST_TRY = Duration.ofSeconds(2);

    private final ServiceBusSenderAsyncClient client;
    private final SendGroups groups;

    /**
     * @param connection
     *            made by {@link #connection}
     * @param timeout
     *            of one send, the client's own retry included
     * @param home
     *            where futures complete
     */
    public MessageSender(ServiceBusClientBuilder connection, String queue, Duration timeout, Context home) {
        this.client = connection.sender().queueName(queue).buildAsyncClient();
        this.groups = new SendGroups(client, timeout, home);
    }

    /**
     * One connection for whatever sends, and for looks at dead letters: brokers count connections, Microsoft's emulator
     * up to 10.
     *
     * @param timeout
     *            of one send
     */
    public static ServiceBusClientBuilder connection(BusAddress bus, Duration timeout) {
        Duration share = timeout.dividedBy(RETRIES + 1);
        Duration tryTimeout = share.compareTo(SHORTEST_TRY) > 0 ? share : SHORTEST_TRY;
        return bus.newBuilder(new AmqpRetryOptions().setMaxRetries(RETRIES).setTryTimeout(tryTimeout));
    }

    @Override
    public Future<Void> send(Envelope envelope) {
        return groups.send(Envelopes.toMessage(envelope));
    }

    /** As {@link #send(Envelope)}; nobody receives it before that time. */
    public Future<Void> sendAt(Envelope envelope, Instant time) {
        return groups.send(Envelopes.toMessage(envelope).setScheduledEnqueueTime(time.atOffset(ZoneOffset.UTC)));
    }

    @Override
    public void close() {
        client.close();
    }
}
