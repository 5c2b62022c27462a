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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Clients that nobody here wrote and that read the protocol their own way: {@code @azure/service-bus}, and bare rhea, which
 * puts on the wire what the SDKs of other languages do.
 */
class JavaScriptClientsTest {
    private static final Path SOURCES = Path.of("src", "test", "js");
    private static final Path WORK = Path.of("target", "js");

    @BeforeAll
    static void install() throws Exception {
        Files.createDirectories(WORK);
        for (var file : List.of("package.json", "core.mjs", "wire.mjs")) {
            Files.copy(SOURCES.resolve(file), WORK.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        if (!Files.exists(WORK.resolve("node_modules/@azure/service-bus"))) {
            var log = WORK.resolve("install.log");
            assumeTrue(installed(log), "skipped: npm can't install @azure/service-bus here, see " + log);
        }
    }

    @ParameterizedTest
    @CsvSource({"core.mjs, 7", "wire.mjs, 10"})
    void allCasesPass(String program, int cases) throws Exception {
        try (var bus = EmbeddedServiceBus.builder()
                .queue("plain")
                .queue("scheduled")
                .queue("sessions", q -> q.requiresSession(true))
                .start()) {
            var log = WORK.resolve(program + ".log");

            int exitCode = run(log, "node", program, bus.connectionString());

            assertThat(exitCode).as(Files.readString(log)).isZero();
            assertThat(Files.readAllLines(log)).filteredOn(line -> line.startsWith("ok: ")).hasSize(cases);
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
