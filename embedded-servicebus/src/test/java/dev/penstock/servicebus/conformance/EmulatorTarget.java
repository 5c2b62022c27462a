package dev.penstock.servicebus.conformance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.azure.ServiceBusEmulatorContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.mssqlserver.MSSQLServerContainer;

/** Microsoft's emulator with its SQL Server, started once for all tests and stopped with the process. */
final class EmulatorTarget {
    private static final String EMULATOR_IMAGE = "PENSTOCK_TEST_EMULATOR_IMAGE";
    private static final String DATABASE_IMAGE = "PENSTOCK_TEST_MSSQL_IMAGE";

    private static final class Holder {
        static final ServiceBusEmulatorContainer EMULATOR = start();
    }

    private EmulatorTarget() {}

    /** Skips the test where the emulator can't run. */
    static String connectionString() {
        assumeTrue(System.getenv(EMULATOR_IMAGE) != null && System.getenv(DATABASE_IMAGE) != null, "skipped: set "
                + EMULATOR_IMAGE + " and " + DATABASE_IMAGE
                + " to the emulator's and SQL Server's image to run it there");
        assumeTrue(DockerClientFactory.instance().isDockerAvailable(), "skipped: there is no container engine here");
        return Holder.EMULATOR.getConnectionString();
    }

    @SuppressWarnings("resource") // Testcontainers stops what is running when the process ends.
    private static ServiceBusEmulatorContainer start() {
        var network = Network.newNetwork();
        var database = new MSSQLServerContainer(String.valueOf(System.getenv(DATABASE_IMAGE))).acceptLicense()
                .withNetwork(network);
        var emulator = new ServiceBusEmulatorContainer(String.valueOf(System.getenv(EMULATOR_IMAGE))).acceptLicense()
                .withConfig(Transferable.of(config()))
                .withNetwork(network)
                .withMsSqlServerContainer(database);
        emulator.start();
        return emulator;
    }

    private static String config() {
        return Arrays.stream(QueueKind.values())
                .map(EmulatorTarget::queue)
                .collect(Collectors.joining(",",
                        "{\"UserConfig\": {\"Namespaces\": [{\"Name\": \"sbemulatorns\", \"Queues\": [",
                        "], \"Topics\": []}], \"Logging\": {\"Type\": \"Console\"}}}"));
    }

    private static String queue(QueueKind kind) {
        return """
                {"Name": "%s", "Properties": {"LockDuration": "PT5S", "MaxDeliveryCount": 3, "RequiresSession": %b,
                 "DeadLetteringOnMessageExpiration": %b, "DefaultMessageTimeToLive": "PT1H",
                 "RequiresDuplicateDetection": %b, "DuplicateDetectionHistoryTimeWindow": "PT20S"}}
                """.formatted(kind.queue, kind == QueueKind.SESSIONS, kind == QueueKind.EXPIRING,
                kind == QueueKind.DUPLICATES);
    }
}
