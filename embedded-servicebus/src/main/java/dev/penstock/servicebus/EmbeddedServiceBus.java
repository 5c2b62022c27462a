package dev.penstock.servicebus;

import dev.penstock.servicebus.entity.Namespace;
import dev.penstock.servicebus.entity.Queue;
import dev.penstock.servicebus.entity.QueueOptions;
import dev.penstock.servicebus.entity.RefusedException;
import dev.penstock.servicebus.wire.AmqpServer;
import dev.penstock.servicebus.wire.Broker;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpServer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
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
    private final Broker broker;
    private final AmqpServer server;
    private final @Nullable HttpServer inspection;
    private final @Nullable Persistence persistence;
    private final String host;
    private final AtomicBoolean closed = new AtomicBoolean();

    EmbeddedServiceBus(BrokerLoop loop, Broker broker, AmqpServer server, @Nullable HttpServer inspection,
            @Nullable Persistence persistence, String host) {
        this.loop = loop;
        this.broker = broker;
        this.server = server;
        this.inspection = inspection;
        this.persistence = persistence;
        this.host = host;
    }

    /** A builder for a broker on a free loopback port, in memory and without queues. */
    public static EmbeddedServiceBusBuilder builder() {
        return new EmbeddedServiceBusBuilder();
    }

    /** The port it listens on. */
    public int port() {
        return server.port();
    }

    /**
     * The port where counts, messages and metrics can be seen.
     *
     * @throws IllegalStateException when the broker was started without one
     */
    public int managementPort() {
        if (inspection == null) {
            throw new IllegalStateException("there is no management port: ask the builder for one");
        }
        return inspection.actualPort();
    }

    /** What the SDKs' builders take. It holds the key, if there is one: treat it as a secret then. */
    public String connectionString() {
        // Without a key any signature is taken, but the SDKs insist on making one.
        var key = broker.key();
        var name = key == null ? "RootManageSharedAccessKey" : key.name();
        var secret = key == null ? "none" : key.key();
        // The Go SDK lets nothing but localhost go without TLS.
        var address = host.equals("127.0.0.1") ? "localhost" : host;
        return "Endpoint=sb://" + address + ":" + port() + ";SharedAccessKeyName=" + name + ";SharedAccessKey=" + secret
                + ";UseDevelopmentEmulator=true;";
    }

    /**
     * Looks into a queue.
     *
     * @throws IllegalArgumentException when there is no such queue
     */
    public QueueView queue(String name) {
        var queue = loop.call(() -> Optional.ofNullable(broker.namespace().find(name)));
        return new QueueView(loop,
                queue.orElseThrow(() -> new IllegalArgumentException("there is no queue named " + name)));
    }

    /** The names of all queues, in the order of creation. */
    public List<String> queueNames() {
        return loop.call(() -> broker.namespace()
                .queues()
                .stream()
                .filter(queue -> !queue.isDeadLetterQueue())
                .map(Queue::path)
                .toList());
    }

    /**
     * Creates a queue; the function changes {@link QueueOptions#DEFAULTS}. Durable, where the broker is, when this returns.
     *
     * @throws IllegalArgumentException when the name is taken or can't be a queue's
     */
    public QueueView createQueue(String name, UnaryOperator<QueueOptions> options) {
        var wanted = options.apply(QueueOptions.DEFAULTS);
        perform(() -> broker.namespace().create(name, wanted));
        return queue(name);
    }

    /**
     * Drops a queue with all it holds, its dead-letter queue too; its clients are told that it can't be found.
     *
     * @throws IllegalArgumentException when there is no such queue
     */
    public void deleteQueue(String name) {
        perform(() -> broker.namespace()
                .drop(name)
                .forEach(queue -> server.cutLinksOf(queue, Namespace.notFound(queue.path()))));
    }

    private void perform(Runnable command) {
        Optional<RefusedException> refusal = loop.await(() -> {
            var done = Promise.<Optional<RefusedException>>promise();
            broker.durability().perform(() -> {
                command.run();
                return Optional.<RefusedException>empty();
            }, done::complete, Optional::of);
            return done.future();
        });
        refusal.ifPresent(reason -> {
            throw new IllegalStateException(reason.getMessage(), reason);
        });
    }

    /** How many clients are connected. */
    public int connections() {
        return loop.call(server::connections);
    }

    /** What goes wrong from now on, and what goes wrong at once. */
    public Faults faults() {
        return new Faults(loop, broker, server);
    }

    /** Makes the broker look at its clock: returns when everything due has been done. For tests with a clock of their own. */
    public void clockChanged() {
        loop.call(() -> {
            broker.namespace().queues().forEach(Queue::tick);
            server.cutOverdueLinks();
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
