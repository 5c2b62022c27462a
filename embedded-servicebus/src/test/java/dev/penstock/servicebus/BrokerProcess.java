package dev.penstock.servicebus;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A durable broker in a process of its own, to be killed. */
final class BrokerProcess implements AutoCloseable {
    /** So that some hundred messages lead to a compaction. */
    private static final long MIN_BYTES_TO_COMPACT = 16 << 10;

    private final Process process;
    private final String connectionString;

    private BrokerProcess(Process process, String connectionString) {
        this.process = process;
        this.connectionString = connectionString;
    }

    static BrokerProcess start(Path dataFolder) throws IOException {
        var process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), BrokerProcess.class.getName(),
                dataFolder.toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        var out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (var line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith("Endpoint=")) {
                return new BrokerProcess(process, line);
            }
        }
        throw new IOException("the broker process has ended");
    }

    String connectionString() {
        return connectionString;
    }

    /** Kills it with signal 9 and waits until it is gone. */
    void kill() {
        process.destroyForcibly();
        process.onExit().orTimeout(30, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
        kill();
    }

    /** Runs until it is killed. */
    public static void main(String[] arguments) throws InterruptedException {
        var bus = EmbeddedServiceBus.builder()
                .queue("jobs", q -> q.lockDuration(Duration.ofMinutes(5)))
                .queue("distinct", q -> q.duplicateDetection(Duration.ofMinutes(10)))
                .queue("slots", q -> q.requiresSession(true))
                .queue("thrice", q -> q.maxDeliveryCount(3))
                .dataFolder(Path.of(arguments[0]))
                .minBytesToCompact(MIN_BYTES_TO_COMPACT)
                .start();
        System.out.println(bus.connectionString());
        Thread.currentThread().join();
    }
}
