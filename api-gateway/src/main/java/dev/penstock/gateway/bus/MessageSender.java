package dev.penstock.gateway.bus;

import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusSenderAsyncClient;
import dev.penstock.contracts.Envelope;
import dev.penstock.messaging.BusAddress;
import dev.penstock.messaging.Envelopes;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicInteger;

/** Sends messages to a queue, many at a time, each with a deadline. */
public final class MessageSender implements AutoCloseable {
    private static final int MOST_IN_FLIGHT = 2_000;
    private static final int RETRIES = 1;
    /** The SDK tells the broker one second less than this, and fails every send for good when that is negative. */
    private static final Duration SHORTEST_TRY = Duration.ofSeconds(2);

    private final ServiceBusSenderAsyncClient client;
    private final Duration timeout;
    private final Context home;
    private final AtomicInteger inFlight = new AtomicInteger();

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
        this.timeout = timeout;
        this.home = home;
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

    /**
     * Succeeds once the broker has the message. A failure doesn't tell whether the broker has it: send the same message
     * again under the same id.
     */
    public Future<Void> send(Envelope envelope) {
        return send(Envelopes.toMessage(envelope));
    }

    /** As {@link #send(Envelope)}; nobody receives it before that time. */
    public Future<Void> sendAt(Envelope envelope, Instant time) {
        return send(Envelopes.toMessage(envelope).setScheduledEnqueueTime(time.atOffset(ZoneOffset.UTC)));
    }

    private Future<Void> send(ServiceBusMessage message) {
        if (inFlight.incrementAndGet() > MOST_IN_FLIGHT) {
            inFlight.decrementAndGet();
            return Future.failedFuture(new IllegalStateException("too many sends are waiting for the broker"));
        }
        Promise<Void> promise = Promise.promise();
        client.sendMessage(message)
                .timeout(timeout)
                .doFinally(_ -> inFlight.decrementAndGet())
                .subscribe(_ -> {}, failure -> home.runOnContext(_ -> promise.fail(failure)),
                        () -> home.runOnContext(_ -> promise.complete()));
        return promise.future();
    }

    @Override
    public void close() {
        client.close();
    }
}
