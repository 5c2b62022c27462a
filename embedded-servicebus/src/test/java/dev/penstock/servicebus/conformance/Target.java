package dev.penstock.servicebus.conformance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.penstock.servicebus.EmbeddedServiceBus;
import dev.penstock.servicebus.EmbeddedServiceBusBuilder;
import java.time.Duration;

/** A Service Bus that the suite runs against. */
enum Target {
    EMBEDDED {
        @Override
        Running open() {
            EmbeddedServiceBusBuilder builder = EmbeddedServiceBus.builder();
            for (var kind : QueueKind.values()) {
                builder.queue(kind.queue, q -> q.maxDeliveryCount(3)
                        .lockDuration(Duration.ofSeconds(1))
                        .requiresSession(kind == QueueKind.SESSIONS)
                        .deadLetteringOnMessageExpiration(kind == QueueKind.EXPIRING)
                        .duplicateDetection(kind == QueueKind.DUPLICATES ? Duration.ofSeconds(20) : null));
            }
            var bus = builder.start();
            return new Running(bus.connectionString(), bus);
        }
    },
    EMULATOR {
        @Override
        Running open() {
            return new Running(EmulatorTarget.connectionString(), () -> {
            });
        }
    },
    /** A namespace with the queues of {@link QueueKind}, locks of 5 seconds and 3 deliveries at most. */
    AZURE {
        @Override
        Running open() {
            var connectionString = System.getenv("PENSTOCK_TEST_SERVICEBUS");
            assumeTrue(connectionString != null,
                    "skipped: set PENSTOCK_TEST_SERVICEBUS to the connection string of a namespace to run it there");
            return new Running(String.valueOf(connectionString), () -> {
            });
        }
    };

    /** A target to connect to, until it is closed. */
    record Running(String connectionString, AutoCloseable stop) {
    }

    abstract Running open();
}
