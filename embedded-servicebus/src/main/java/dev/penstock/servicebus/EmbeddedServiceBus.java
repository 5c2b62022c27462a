package dev.penstock.servicebus;

import dev.penstock.servicebus.entity.Namespace;
import dev.penstock.servicebus.entity.Queue;
import dev.penstock.servicebus.management.SharedAccessKey;
import dev.penstock.servicebus.wire.AmqpServer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A running broker. Clients reach it by {@link #connectionString()} through the official SDKs; it lives on one event-loop
 * thread of its own, and all methods here may be called from any other thread.
 *
 * <pre>{@code
 * try (var bus = EmbeddedServiceBus.builder().queue("jobs", q -> q.maxDeliveryCount(5)).start()) {
 *     var sender = new ServiceBusClientBuilder().connectionString(bus.connectionString())
 *             .sender().queueName("jobs").buildClient();
 * }
 * }</pre>
 */
public final class EmbeddedServiceBus implements AutoCloseable {
    private final BrokerLoop loop;
    private final Namespace namespace;
    private final AmqpServer server;
    private final @Nullable Persistence persistence;
    private final String host;
    private final @Nullable SharedAccessKey key;
    private final AtomicBoolean closed = new AtomicBoolean();

    EmbeddedServiceBus(BrokerLoop loop, Namespace namespace, AmqpServer server, @Nullable Persistence persistence,
            String host, @Nullable SharedAccessKey key) {
        this.loop = loop;
        this.namespace = namespace;
        this.server = server;
        this.persistence = persistence;
        this.host = host;
        this.key = key;
    }

    /** A builder for a broker on a free loopback port, in memory and without queues. */
    public static EmbeddedServiceBusBuilder builder() {
        return new EmbeddedServiceBusBuilder();
    }

    /** The port it listens on. */
    public int port() {
        return server.port();
    }

    /** What the SDKs' builders take. It holds the key, if there is one: treat it as a secret then. */
    public String connectionString() {
        // Without a key any signature is taken, but the SDKs insist on making one.
        var name = key == null ? "RootManageSharedAccessKey" : key.name();
        var secret = key == null ? "none" : key.key();
        return "Endpoint=sb://" + host + ":" + port() + ";SharedAccessKeyName=" + name + ";SharedAccessKey=" + secret
                + ";UseDevelopmentEmulator=true;";
    }

    /**
     * Looks into a queue.
     *
     * @throws IllegalArgumentException when there is no such queue
     */
    public QueueView queue(String name) {
        var queue = namespace.find(name);
        if (queue == null) {
            throw new IllegalArgumentException("there is no queue named " + name);
        }
        return new QueueView(loop, queue);
    }

    /** Makes the broker look at its clock: returns when everything due has been done. For tests with a clock of their own. */
    public void clockChanged() {
        loop.call(() -> {
            namespace.queues().forEach(Queue::tick);
            return true;
        });
    }

    /** Cuts all connections and frees the port. What is in memory only is gone; may be called twice. */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        loop.close();
        if (persistence != null) {
            persistence.close();
        }
    }
}
