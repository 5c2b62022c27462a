package dev.penstock.servicebus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The core cases through {@code @azure/service-bus}, a client that reads the protocol its own way. */
class JavaScriptSdkTest {
    private static final Path SOURCES = Path.of("src", "test", "js");
    private static final Path WORK = Path.of("target", "js");

    @Test
    void theCoreCasesWorkThroughTheJavaScriptSdk() throws Exception {
        installSdk();
        try (var bus = EmbeddedServiceBus.builder()
                .queue("plain")
                .queue("scheduled")
                .queue("sessions", q -> q.requiresSession(true))
                .start()) {
            var log = WORK.resolve("run.log");

            int exitCode = run(log, "node", "core.mjs", bus.connectionString());

            assertThat(exitCode).as(Files.readString(log)).isZero();
            assertThat(Files.readAllLines(log)).filteredOn(line -> line.startsWith("ok: ")).hasSize(7);
        }
    }

    private static void installSdk() throws Exception {
        Files.createDirectories(WORK);
        for (var file : List.of("package.json", "core.mjs")) {
            Files.copy(SOURCES.resolve(file), WORK.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        if (!Files.exists(WORK.resolve("node_modules/@azure/service-bus"))) {
            var log = WORK.resolve("install.log");
            assumeTrue(installed(log), "skipped: npm can't install @azure/service-bus here, see " + log);
        }
    }

    private static boolean installed(Path log) throws InterruptedException {
        try {
            return run(log, "npm", "install", "--no-audit", "--no-fund") == 0;
        } catch (IOException _) {
            return false;
        }
    }

    private static int run(Path log, String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).directory(WORK.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException(
                    command[0] + " does not end; so far: " + Files.readString(log, StandardCharsets.UTF_8));
        }
        return process.exitValue();
    }
}
