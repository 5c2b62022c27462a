package dev.penstock.servicebus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The core cases through Go's {@code azservicebus}. {@code PENSTOCK_TEST_GO} names the folder of a module that requires it;
 * {@code go} comes from the path.
 */
class GoSdkTest {
    @Test
    void theCoreCasesWorkThroughTheGoSdk(@TempDir Path folder) throws Exception {
        var module = System.getenv("PENSTOCK_TEST_GO");
        assumeTrue(module != null, "skipped: PENSTOCK_TEST_GO names no Go module that requires azservicebus");
        var log = folder.resolve("run.log");
        try (var bus = EmbeddedServiceBus.builder()
                .queue("plain")
                .queue("sessions", q -> q.requiresSession(true))
                .start()) {
            int exitCode = ClientProgram.run(Path.of(module), log, "go", "run",
                    Path.of("src", "test", "go", "core.go").toAbsolutePath().toString(), bus.connectionString());

            assertThat(exitCode).as(Files.readString(log)).isZero();
            assertThat(Files.readAllLines(log)).filteredOn(line -> line.startsWith("ok: ")).hasSize(9);
        }
    }
}
