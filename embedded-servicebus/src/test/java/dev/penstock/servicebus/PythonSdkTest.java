package dev.penstock.servicebus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The core cases through {@code azure-servicebus}, which has an AMQP client of its own. The interpreter that has it
 * installed is {@code python3}, or what {@code PENSTOCK_TEST_PYTHON} names.
 */
class PythonSdkTest {
    private static final String PYTHON = Objects.requireNonNullElse(System.getenv("PENSTOCK_TEST_PYTHON"), "python3");

    @Test
    void theCoreCasesWorkThroughThePythonSdk(@TempDir Path folder) throws Exception {
        var log = folder.resolve("run.log");
        assumeTrue(ClientProgram.succeeds(folder, log, PYTHON, "-c", "import azure.servicebus.aio"), "skipped: "
                + PYTHON
                + " has no azure-servicebus; install it with pip, or name an interpreter in PENSTOCK_TEST_PYTHON");
        try (var bus = EmbeddedServiceBus.builder()
                .queue("plain")
                .queue("sessions", q -> q.requiresSession(true))
                .start()) {
            int exitCode = ClientProgram.run(folder, log, PYTHON,
                    Path.of("src", "test", "python", "core.py").toAbsolutePath().toString(),
                    bus.connectionString());

            assertThat(exitCode).as(Files.readString(log)).isZero();
            assertThat(Files.readAllLines(log)).filteredOn(line -> line.startsWith("ok: ")).hasSize(6);
        }
    }
}
