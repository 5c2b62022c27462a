package dev.penstock.bench.gateway;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A gateway as a process of its own, so that its memory can be told from its clients'. */
final class GatewayProcess implements AutoCloseable {
    private static final String READY = "ready on port ";
    private static final int STOP_SECONDS = 30;
    private static final int KIB_PER_MIB = 1_024;

    private final Process process;
    private final int port;

    /**
     * Starts it, and returns when it takes requests.
     *
     * @param heap
     *            as in {@code -Xmx}
     */
    GatewayProcess(String heap, Map<String, String> settings) throws IOException {
        var builder = new ProcessBuilder(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC", "-Xmx" + heap, "--enable-native-access=ALL-UNNAMED", "-cp",
                System.getProperty("java.class.path"), "dev.penstock.local.cli.Penstock", "gateway"))
                .redirectError(Redirect.INHERIT);
        builder.environment().putAll(settings);
        builder.environment().put("PENSTOCK_LOG_LEVEL", "OFF");
        process = builder.start();
        port = awaitPort(process.inputReader(StandardCharsets.UTF_8));
    }

    private static int awaitPort(BufferedReader lines) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            int at = line.indexOf(READY);
            if (at >= 0) {
                return Integer.parseInt(line.substring(at + READY.length()).strip());
            }
        }
        throw new IOException("the gateway ended before it was ready; see what ./penstock gateway says");
    }

    int port() {
        return port;
    }

    /** The most memory that was resident so far, MiB. */
    long peakMiB() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / KIB_PER_MIB)
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
