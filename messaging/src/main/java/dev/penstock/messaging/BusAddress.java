package dev.penstock.messaging;

import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.identity.DefaultAzureCredentialBuilder;
import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import dev.penstock.configuration.Settings;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/** Where the Service Bus is and how to prove who we are. One code path for Azure, Microsoft's emulator and ours. */
public sealed interface BusAddress {
    /** The secret is part of the text, so it is never shown. */
    record ConnectionString(String value) implements BusAddress {
        @Override
        public String toString() {
            return "ConnectionString[redacted]";
        }
    }

    /**
     * A namespace in Azure, entered with {@code DefaultAzureCredential}.
     *
     * @param host
     *            fully qualified, such as {@code example.servicebus.windows.net}
     */
    record Namespace(String host) implements BusAddress {
    }

    /**
     * A builder of its own, which means a connection of its own: sending, receiving and the slot ledger each take one
     * (decision 2).
     */
    default ServiceBusClientBuilder newBuilder(AmqpRetryOptions retry) {
        ServiceBusClientBuilder builder = new ServiceBusClientBuilder().retryOptions(retry);
        return switch (this) {
            case ConnectionString(String value) -> builder.connectionString(value);
            case Namespace(String host) -> builder.fullyQualifiedNamespace(host)
                    .credential(new DefaultAzureCredentialBuilder().build());
        };
    }

    /**
     * Asks for {@code PENSTOCK_SERVICEBUS_NAMESPACE} and {@code PENSTOCK_SERVICEBUS_CONNECTION_STRING}; exactly one must
     * be set. Take the value after {@link Settings#verify()}.
     */
    static Supplier<BusAddress> from(Settings settings) {
        Supplier<Optional<String>> namespace = settings.text("PENSTOCK_SERVICEBUS_NAMESPACE").optional();
        Supplier<Optional<String>> connectionString = settings
                .read("PENSTOCK_SERVICEBUS_CONNECTION_STRING", BusAddress::checked)
                .optional();
        if (settings.has("PENSTOCK_SERVICEBUS_NAMESPACE") == settings.has("PENSTOCK_SERVICEBUS_CONNECTION_STRING")) {
            settings.problem("set exactly one of PENSTOCK_SERVICEBUS_NAMESPACE (Azure, with a managed identity or 'az"
                    + " login') and PENSTOCK_SERVICEBUS_CONNECTION_STRING");
        }
        return () -> namespace.get()
                .<BusAddress>map(Namespace::new)
                .orElseGet(() -> new ConnectionString(connectionString.get().orElseThrow()));
    }

    /** The SDK's own parser decides, early, so that a typo is told with all other problems. */
    private static String checked(String connectionString) {
        try {
            new ServiceBusClientBuilder().connectionString(connectionString);
            if (connectionString.toLowerCase(Locale.ROOT).contains("entitypath=")) {
                throw new IllegalArgumentException("it is for one queue only");
            }
            return connectionString;
        } catch (RuntimeException wrong) {
            throw new IllegalArgumentException("must have the form"
                    + " Endpoint=sb://…;SharedAccessKeyName=…;SharedAccessKey=… (without EntityPath), as Azure shows it",
                    wrong);
        }
    }
}
