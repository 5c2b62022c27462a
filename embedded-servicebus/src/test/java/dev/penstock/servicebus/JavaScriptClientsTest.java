package dev.penstock.servicebus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
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
            assumeTrue(ClientProgram.succeeds(WORK, log, "npm", "install", "--no-audit", "--no-fund"),
                    "skipped: npm can't install @azure/service-bus here, see " + log);
        }
    }

    @ParameterizedTest
    @CsvSource({"core.mjs, 7", "wire.mjs, 12"})
    void allCasesPass(String program, int cases) throws Exception {
        try (var bus = EmbeddedServiceBus.builder()
                .queue("plain")
                .queue("scheduled")
                .queue("sessions", q -> q.requiresSession(true))
                .start()) {
            var log = WORK.resolve(program + ".log");

            int exitCode = ClientProgram.run(WORK, log, "node", program, bus.connectionString());

            assertThat(exitCode).as(Files.readString(log)).isZero();
            assertThat(Files.readAllLines(log)).filteredOn(line -> line.startsWith("ok: ")).hasSize(cases);
        }
    }
}
