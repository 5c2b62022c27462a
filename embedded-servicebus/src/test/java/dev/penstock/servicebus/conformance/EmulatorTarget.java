package dev.penstock.servicebus.conformance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.azure.ServiceBusEmulatorContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.mssqlserver.MSSQLServerContainer;

/** Microsoft's emulator with its SQL Server, started once for all tests and stopped with the process. */
final class EmulatorTarget {
    /** Unless others are named; docker-compose.yml has the same. */
    private static final String EMULATOR_IMAGE = image("PENSTOCK_TEST_EMULATOR_IMAGE",
            "mcr.microsoft.com/azure-messaging/servicebus-emulator:2.0.1");
    private static final String DATABASE_IMAGE = image("PENSTOCK_TEST_MSSQL_IMAGE",
            "mcr.microsoft.com/mssql/server:2022-CU26-ubuntu-22.04");

    private static final class Holder {
        static final ServiceBusEmulatorContainer EMULATOR = start();
    }

    private EmulatorTarget() {}

    /** Skips the test where the emulator can't run. */
    static String connectionString() {
        assumeTrue("Y".equals(System.getenv("ACCEPT_EULA")),
                "skipped: set ACCEPT_EULA=Y when you accept the licences of Microsoft's emulator and of SQL Server");
        assumeTrue(DockerClientFactory.instance().isDockerAvailable(), "skipped: there is no container engine here");
        return Holder.EMULATOR.getConnectionString();
    }

    @SuppressWarnings("resource") // Testcontainers stops what is running when the process ends.
    private static ServiceBusEmulatorContainer start() {
        var network = Network.newNetwork();
        var database = new MSSQLServerContainer(DATABASE_IMAGE).acceptLicense()
                .withNetwork(network);
        var emulator = new ServiceBusEmulatorContainer(EMULATOR_IMAGE).acceptLicense()
                .withConfig(Transferable.of(config()))
                .withNetwork(network)
                .withMsSqlServerContainer(database);
        emulator.start();
        return emulator;
    }

    private static String image(String variable, String pinned) {
        return Objects.requireNonNullElse(System.getenv(variable), pinned);
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
