package dev.penstock.servicebus;

import dev.penstock.servicebus.config.EmulatorConfig;
import dev.penstock.servicebus.entity.Journal;
import dev.penstock.servicebus.entity.Namespace;
import dev.penstock.servicebus.entity.QueueOptions;
import dev.penstock.servicebus.entity.RecoveredQueues;
import dev.penstock.servicebus.inspection.InspectionServer;
import dev.penstock.servicebus.journal.DirectoryFiles;
import dev.penstock.servicebus.journal.Durability;
import dev.penstock.servicebus.journal.JournalFiles;
import dev.penstock.servicebus.journal.WriteAheadLog;
import dev.penstock.servicebus.management.SharedAccessKey;
import dev.penstock.servicebus.telemetry.BrokerEvents;
import dev.penstock.servicebus.wire.AmqpServer;
import dev.penstock.servicebus.wire.Behaviour;
import dev.penstock.servicebus.wire.Broker;
import dev.penstock.servicebus.wire.Limits;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Describes a broker to be started. */
public final class EmbeddedServiceBusBuilder {
    private record ManagementPort(int port, String key) {
    }

    private final Map<String, QueueOptions> queues = new LinkedHashMap<>();
    private final List<String> warnings = new ArrayList<>();
    private Behaviour behaviour = "azure".equals(System.getProperty("penstock.servicebus.behaviour"))
            ? Behaviour.AZURE
            : Behaviour.KIND;
    private String host = "127.0.0.1";
    private int port;
    private @Nullable SharedAccessKey key;
    private @Nullable ManagementPort management;
    private InstantSource clock = InstantSource.system();
    private @Nullable Callable<JournalFiles> files;
    private long minBytesToCompact = WriteAheadLog.MIN_BYTES_TO_COMPACT;

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

    /**
     * Adds the queues of a {@code Config.json} as Microsoft's emulator takes it. Settings without effect are logged.
     *
     * @throws IllegalArgumentException naming everything that is wrong with the file
     * @throws UncheckedIOException when it can't be read
     */
    public EmbeddedServiceBusBuilder config(Path file) {
        try {
            var config = EmulatorConfig.read(file);
            queues.putAll(config.queues());
            warnings.addAll(config.warnings());
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException("the configuration file can't be read: " + e.getMessage(), e);
        }
    }

    /**
     * Turns on some of Azure's harsher ways; the function changes {@link Behaviour#KIND}, or {@link Behaviour#AZURE} where
     * the system property {@code penstock.servicebus.behaviour} is {@code azure}.
     */
    public EmbeddedServiceBusBuilder behaviour(UnaryOperator<Behaviour> change) {
        behaviour = change.apply(behaviour);
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

    /**
     * Requires tokens signed with this key, as Azure does. Without it every client is let in.
     *
     * @throws IllegalArgumentException when name or key is blank
     */
    public EmbeddedServiceBusBuilder sharedAccessKey(String name, String secret) {
        if (name.isBlank() || secret.isBlank()) {
            throw new IllegalArgumentException("a shared access key needs a name and a key that others can't guess");
        }
        key = new SharedAccessKey(name, secret);
        return this;
    }

    /**
     * Opens a management port on loopback, see {@link dev.penstock.servicebus.inspection.InspectionServer}.
     *
     * @param value 0 takes a free one
     * @param secret what clients have to show, as a bearer token
     */
    public EmbeddedServiceBusBuilder managementPort(int value, String secret) {
        if (secret.isBlank()) {
            throw new IllegalArgumentException("the management port needs a key: it shows who sends what");
        }
        management = new ManagementPort(value, secret);
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
     * Keeps everything acknowledged in this folder, over restarts, crashes and power losses. Queues that it holds come back
     * even if they are not named here; those named here get the options given here. Without it all lives in memory.
     */
    public EmbeddedServiceBusBuilder dataFolder(Path value) {
        files = () -> DirectoryFiles.open(value);
        return this;
    }

    /** For tests of compaction; {@link WriteAheadLog#MIN_BYTES_TO_COMPACT} unless set. */
    EmbeddedServiceBusBuilder minBytesToCompact(long value) {
        minBytesToCompact = value;
        return this;
    }

    /** For tests with a disk of their own. */
    EmbeddedServiceBusBuilder journalFiles(JournalFiles value) {
        files = () -> value;
        return this;
    }

    /**
     * Starts the broker; when it returns, clients can connect.
     *
     * @throws IllegalStateException when it would be open to others without a key
     * @throws IllegalArgumentException when a queue's name or options are not usable
     * @throws UncheckedIOException when the data folder can't be used, or is in use
     * @throws dev.penstock.servicebus.journal.CorruptJournalException when the data folder is damaged
     */
    public EmbeddedServiceBus start() {
        requireKeyUnlessLoopback();
        var events = new BrokerEvents();
        warnings.forEach(events::configurationWarning);
        var loop = new BrokerLoop(clock);
        Persistence persistence = null;
        try {
            persistence = files == null ? null : new Persistence(openFiles(files), minBytesToCompact, loop, events);
            var namespace = createQueues(loop, persistence);
            var broker = Broker.of(namespace, key, clock, Limits.DEFAULTS, behaviour, events,
                    persistence == null ? Durability.IN_MEMORY : persistence.log());
            var server = loop.await(() -> AmqpServer.listen(broker, loop.vertx(), loop.context(), host, port));
            events.listening(host, server.port(), queues.size());
            var inspection = openManagementPort(loop, namespace, server);
            return new EmbeddedServiceBus(loop, broker, server, inspection, persistence, host);
        } catch (RuntimeException e) {
            loop.close();
            if (persistence != null) {
                persistence.close();
            }
            throw e;
        }
    }

    private @Nullable HttpServer openManagementPort(BrokerLoop loop, Namespace namespace, AmqpServer server) {
        var wanted = management;
        return wanted == null
                ? null
                : loop.await(() -> InspectionServer.listen(loop.vertx(), wanted.port(), wanted.key(), namespace,
                        server::connections));
    }

    private static JournalFiles openFiles(Callable<JournalFiles> files) {
        try {
            return files.call();
        } catch (IOException e) {
            throw new UncheckedIOException("the data folder can't be used: " + e.getMessage(), e);
        } catch (Exception e) {
            throw new IllegalStateException("the data folder can't be used", e);
        }
    }

    private Namespace createQueues(BrokerLoop loop, @Nullable Persistence persistence) {
        return loop.call(() -> {
            var namespace = persistence == null
                    ? new Namespace(clock, Journal.NONE, loop, new RecoveredQueues())
                    : new Namespace(clock, persistence.log(), loop, persistence.recovered());
            queues.forEach(namespace::create);
            namespace.createRemaining();
            if (persistence != null) {
                persistence.log().start(namespace::snapshot, namespace::sizeBytes);
            }
            return namespace;
        });
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
