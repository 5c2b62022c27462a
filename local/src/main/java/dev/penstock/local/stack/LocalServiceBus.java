package dev.penstock.local.stack;

import dev.penstock.configuration.Settings;
import dev.penstock.contracts.Queues;
import dev.penstock.servicebus.EmbeddedServiceBus;
import dev.penstock.servicebus.EmbeddedServiceBusBuilder;
import dev.penstock.servicebus.entity.QueueOptions;
import java.util.Map;

/** The embedded broker with Penstock's queues. */
public final class LocalServiceBus {
    /** The name that Azure gives a namespace's first key. */
    private static final String KEY_NAME = "RootManageSharedAccessKey";
    private static final int DEFAULT_PORT = 5672;

    private LocalServiceBus() {}

    /**
     * Starts a broker that has every queue of {@link Queues#specs()}.
     *
     * @param environment
     *            {@code PENSTOCK_SERVICEBUS_PORT}, {@code PENSTOCK_SERVICEBUS_KEY} and {@code PENSTOCK_QUEUE_PREFIX}
     */
    public static EmbeddedServiceBus start(Map<String, String> environment) {
        var settings = new Settings(environment);
        var port = settings.port("PENSTOCK_SERVICEBUS_PORT").or(DEFAULT_PORT);
        var host = settings.text("PENSTOCK_SERVICEBUS_HOST").or("127.0.0.1");
        var key = settings.text("PENSTOCK_SERVICEBUS_KEY")
                .required("a random text that clients must know, such as the output of: openssl rand -base64 32");
        var queues = settings.read("PENSTOCK_QUEUE_PREFIX", Queues::new).or(Queues.unprefixed());
        settings.verify();

        EmbeddedServiceBusBuilder builder = EmbeddedServiceBus.builder()
                .host(host.get())
                .port(port.get())
                .sharedAccessKey(KEY_NAME, key.get());
        queues.get().specs().forEach(spec -> builder.queue(spec.name(), defaults -> options(spec, defaults)));
        return builder.start();
    }

    private static QueueOptions options(Queues.Spec spec, QueueOptions defaults) {
        QueueOptions options = defaults.lockDuration(spec.lockDuration())
                .maxDeliveryCount(spec.maxDeliveryCount())
                .requiresSession(spec.requiresSession());
        if (spec.timeToLive().isPositive()) {
            options = options.defaultTimeToLive(spec.timeToLive());
        }
        return spec.duplicateWindow().isPositive() ? options.duplicateDetection(spec.duplicateWindow()) : options;
    }
}
