package dev.penstock.servicebus;

import dev.penstock.servicebus.entity.Journal;
import dev.penstock.servicebus.entity.Namespace;
import dev.penstock.servicebus.entity.QueueOptions;
import dev.penstock.servicebus.management.SharedAccessKey;
import dev.penstock.servicebus.telemetry.BrokerEvents;
import dev.penstock.servicebus.wire.AmqpServer;
import dev.penstock.servicebus.wire.Broker;
import dev.penstock.servicebus.wire.Limits;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Describes a broker to be started. */
public final class EmbeddedServiceBusBuilder {
    private final Map<String, QueueOptions> queues = new LinkedHashMap<>();
    private String host = "127.0.0.1";
    private int port;
    private @Nullable SharedAccessKey key;
    private InstantSource clock = InstantSource.system();

    EmbeddedServiceBusBuilder() {}

    /** Adds a queue with Azure's default options. */
    public EmbeddedServiceBusBuilder queue(String name) {
        return queue(name, UnaryOperator.identity());
    }

    /** Adds a queue; the function changes {@link QueueOptions#DEFAULTS}. */
    public EmbeddedServiceBusBuilder queue(String name, UnaryOperator<QueueOptions> options) {
        queues.put(name, options.apply(QueueOptions.DEFAULTS));
        return this;
    }

    /** The address to listen on, 127.0.0.1 unless set. Anything but loopback needs a {@link #sharedAccessKey}. */
    public EmbeddedServiceBusBuilder host(String value) {
        host = value;
        return this;
    }

    /** The port to listen on; 0, the default, takes a free one. */
    public EmbeddedServiceBusBuilder port(int value) {
        port = value;
        return this;
    }

    /** Requires tokens signed with this key, as Azure does. Without it every client is let in. */
    public EmbeddedServiceBusBuilder sharedAccessKey(String name, String secret) {
        key = new SharedAccessKey(name, secret);
        return this;
    }

    /**
     * The clock for everything that Service Bus clients can see: locks, schedules, time to live, tokens. When it jumps,
     * call {@link EmbeddedServiceBus#clockChanged()}.
     */
    public EmbeddedServiceBusBuilder clock(InstantSource value) {
        clock = value;
        return this;
    }

    /**
     * Starts the broker; when it returns, clients can connect.
     *
     * @throws IllegalStateException when it would be open to others without a key
     * @throws IllegalArgumentException when a queue's name is not usable
     */
    public EmbeddedServiceBus start() {
        requireKeyUnlessLoopback();
        var loop = new BrokerLoop(clock);
        try {
            var namespace = new Namespace(clock, Journal.NONE, loop);
            queues.forEach(namespace::create);
            var events = new BrokerEvents();
            var broker = Broker.of(namespace, key, clock, Limits.DEFAULTS, events);
            var server = loop.await(() -> AmqpServer.listen(broker, loop.vertx(), loop.context(), host, port));
            events.listening(host, server.port(), queues.size());
            return new EmbeddedServiceBus(loop, namespace, server, host, key);
        } catch (RuntimeException e) {
            loop.close();
            throw e;
        }
    }

    private void requireKeyUnlessLoopback() {
        try {
            if (key == null && !InetAddress.getByName(host).isLoopbackAddress()) {
                throw new IllegalStateException(
                        "without a shared access key the broker listens on loopback only, not on "
                                + host + ": set a key, or use 127.0.0.1");
            }
        } catch (UnknownHostException e) {
            throw new IllegalStateException("the host " + host + " is not known: use an address of this machine", e);
        }
    }
}
