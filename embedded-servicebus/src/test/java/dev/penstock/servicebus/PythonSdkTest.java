package dev.penstock.servicebus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
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
        assumeTrue(run(log, PYTHON, "-c", "import azure.servicebus.aio") == 0, "skipped: " + PYTHON
                + " has no azure-servicebus; install it with pip, or name an interpreter in PENSTOCK_TEST_PYTHON");
        try (var bus = EmbeddedServiceBus.builder()
                .queue("plain")
                .queue("sessions", q -> q.requiresSession(true))
                .start()) {
            int exitCode = run(log, PYTHON, Path.of("src", "test", "python", "core.py").toString(),
                    bus.connectionString());

            assertThat(exitCode).as(Files.readString(log)).isZero();
            assertThat(Files.readAllLines(log)).filteredOn(line -> line.startsWith("ok: ")).hasSize(6);
        }
    }

    private static int run(Path log, String... command) throws InterruptedException {
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
            if (!process.waitFor(180, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException(command[0] + " does not end; so far: " + Files.readString(log));
            }
            return process.exitValue();
        } catch (IOException missing) {
            return -1;
        }
    }
}
