package dev.penstock.local.stack;

import dev.penstock.configuration.Settings;
import dev.penstock.contracts.Queues;
import dev.penstock.servicebus.EmbeddedServiceBus;
import dev.penstock.servicebus.EmbeddedServiceBusBuilder;
import dev.penstock.servicebus.entity.QueueOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The embedded broker with Penstock's queues. */
public final class LocalServiceBus {
    /** The name that Azure gives a namespace's first key. */
    private static final String KEY_NAME = "RootManageSharedAccessKey";
    private static final int DEFAULT_PORT = 5672;

    private LocalServiceBus() {}

    /**
     * Starts a broker that has every queue of {@link Queues#specs()}, or those of a configuration file.
     *
     * @param environment
     *            {@code PENSTOCK_SERVICEBUS_*} and {@code PENSTOCK_QUEUE_PREFIX}
     * @throws dev.penstock.configuration.InvalidConfigurationException
     *             naming everything that is wrong
     */
    public static EmbeddedServiceBus start(Map<String, String> environment) {
        var settings = new Settings(environment);
        var port = settings.port("PENSTOCK_SERVICEBUS_PORT").or(DEFAULT_PORT);
        var host = settings.text("PENSTOCK_SERVICEBUS_HOST").or("127.0.0.1");
        var key = settings.text("PENSTOCK_SERVICEBUS_KEY").optional();
        var keyFile = settings.read("PENSTOCK_SERVICEBUS_KEY_FILE", Path::of).optional();
        var data = settings.read("PENSTOCK_SERVICEBUS_DATA", Path::of).optional();
        var config = settings.read("PENSTOCK_SERVICEBUS_CONFIG", Path::of).optional();
        var managementPort = settings.port("PENSTOCK_SERVICEBUS_MANAGEMENT_PORT").optional();
        var managementKey = settings.text("PENSTOCK_SERVICEBUS_MANAGEMENT_KEY").or("");
        var jobLock = settings.duration("PENSTOCK_JOB_LOCK").optional();
        var slotLock = settings.duration("PENSTOCK_SLOT_LOCK").optional();
        var queues = settings.read("PENSTOCK_QUEUE_PREFIX", Queues::new).or(Queues.unprefixed());
        if (managementPort.get().isPresent() && managementKey.get().isEmpty()) {
            settings.problem(
                    "PENSTOCK_SERVICEBUS_MANAGEMENT_KEY is missing: set it to a random text, since the management"
                            + " port shows messages");
        }
        settings.verify();

        EmbeddedServiceBusBuilder builder = EmbeddedServiceBus.builder().host(host.get()).port(port.get());
        key.get()
                .or(() -> keyFile.get().map(LocalServiceBus::keyIn))
                .ifPresent(secret -> builder.sharedAccessKey(KEY_NAME, secret));
        data.get().ifPresent(builder::dataFolder);
        managementPort.get().ifPresent(management -> builder.managementPort(management, managementKey.get()));
        config.get()
                .ifPresentOrElse(builder::config,
                        () -> addQueues(builder, queues.get(), jobLock.get(), slotLock.get()));
        return builder.start();
    }

    private static void addQueues(EmbeddedServiceBusBuilder builder, Queues queues, Optional<Duration> jobLock,
            Optional<Duration> slotLock) {
        queues.specs().forEach(spec -> builder.queue(spec.name(), defaults -> options(spec, defaults)));
        jobLock.ifPresent(lock -> relock(builder, queues, queues.jobs(), lock));
        slotLock.ifPresent(lock -> relock(builder, queues, queues.slots(), lock));
    }

    private static void relock(EmbeddedServiceBusBuilder builder, Queues queues, String name, Duration lock) {
        queues.specs()
                .stream()
                .filter(spec -> spec.name().equals(name))
                .forEach(spec -> builder.queue(name, defaults -> options(spec, defaults).lockDuration(lock)));
    }

    private static String keyIn(Path file) {
        Path absolute = file.toAbsolutePath();
        return LocalKeys.key(absolute, LocalKeys.randomServiceBusKey());
    }

    static QueueOptions options(Queues.Spec spec, QueueOptions defaults) {
        QueueOptions options = defaults.lockDuration(spec.lockDuration())
                .maxDeliveryCount(spec.maxDeliveryCount())
                .requiresSession(spec.requiresSession());
        if (spec.timeToLive().isPositive()) {
            options = options.defaultTimeToLive(spec.timeToLive());
        }
        return spec.duplicateWindow().isPositive() ? options.duplicateDetection(spec.duplicateWindow()) : options;
    }
}
