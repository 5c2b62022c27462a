package dev.penstock.gateway.bus;

import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverAsyncClient;
import com.azure.messaging.servicebus.models.ServiceBusReceiveMode;
import dev.penstock.gateway.process.GatewayEvents;
import dev.penstock.gateway.process.Loop;
import dev.penstock.messaging.BusAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Keeps receiving from a queue, over a connection of its own, and reconnects when the link breaks for good. */
public final class QueueReceiver {
    private static final Duration PAUSE_BEFORE_RECONNECT = Duration.ofSeconds(1);
    private static final Duration DRAIN = Duration.ofSeconds(10);

    private final BusAddress bus;
    private final String queue;
    private final int mostInHand;
    private final Handler handler;
    private final GatewayEvents events;
    private final AtomicReference<@Nullable Reception> current = new AtomicReference<>();
    private final Loop loop;
    private volatile boolean stopping;

    /**
     * @param mostInHand
     *            how many messages are handled at the same time
     */
    public QueueReceiver(BusAddress bus, String queue, int mostInHand, Handler handler, GatewayEvents events) {
        this.bus = bus;
        this.queue = queue;
        this.mostInHand = mostInHand;
        this.handler = handler;
        this.events = events;
        this.loop = Loop.start("receive-" + queue, PAUSE_BEFORE_RECONNECT, events, this::receiveUntilBroken);
    }

    /** Takes no more, settles what is in hand, then closes. Blocks, bounded. */
    public void stop() throws InterruptedException {
        stopping = true;
        Reception reception = current.get();
        if (reception != null) {
            reception.drain(DRAIN);
        }
        loop.stop();
    }

    private void receiveUntilBroken() throws InterruptedException {
        try (ServiceBusReceiverAsyncClient client = connect()) {
            Reception reception = new Reception(client, mostInHand, handler, events);
            current.set(reception);
            client.receiveMessages().subscribe(reception);
            if (stopping) {
                reception.drain(DRAIN);
            }
            reception.awaitEnd();
        }
    }

    /** One message's life; blocks on a virtual thread of its own. */
    public interface Handler {
        /**
         * Settles the message, or leaves it to the broker to deliver again.
         *
         * @param draining
         *            whether the receiver is about to stop
         */
        void handle(ServiceBusReceiverAsyncClient client, ServiceBusReceivedMessage message, BooleanSupplier draining);
    }

    private ServiceBusReceiverAsyncClient connect() {
        return bus.newBuilder(new AmqpRetryOptions())
                .receiver()
                .queueName(queue)
                .receiveMode(ServiceBusReceiveMode.PEEK_LOCK)
                .prefetchCount(0)
                .disableAutoComplete()
                .maxAutoLockRenewDuration(Duration.ZERO)
                .buildAsyncClient();
    }
}
