package dev.penstock.bench.runner;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A session container as a process of its own, from its start to the first answer of {@code /ready}. */
final class ContainerStart implements AutoCloseable {
    private static final String READY = "ready on port ";
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    private final HttpClient client = HttpClient.newHttpClient();
    private final Path cache;

    ContainerStart() throws IOException {
        cache = Files.createTempFile("penstock-bench-", ".aot");
        Files.delete(cache);
    }

    /** Lets one container write an ahead-of-time cache as it stops. */
    void train() throws IOException, InterruptedException {
        start("-XX:AOTCacheOutput=" + cache);
        if (!Files.exists(cache)) {
            throw new IOException("the JVM wrote no AOT cache; is it a JDK 25?");
        }
    }

    Duration withoutCache() throws IOException, InterruptedException {
        return start("-XX:AOTMode=off");
    }

    /** After {@link #train}. */
    Duration withCache() throws IOException, InterruptedException {
        return start("-XX:AOTCache=" + cache);
    }

    private Duration start(String flag) throws IOException, InterruptedException {
        var words = new ArrayList<String>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        words.addAll(List.of(flag, "-cp", System.getProperty("java.class.path"), "dev.penstock.local.cli.Penstock",
                "session", "--port", "0"));
        var builder = new ProcessBuilder(words).redirectError(Redirect.DISCARD);
        builder.environment().put("PENSTOCK_LOG_LEVEL", "OFF");
        long started = System.nanoTime();
        Process process = builder.start();
        // Ends the wait for its output as well.
        CompletableFuture.delayedExecutor(DEADLINE.toSeconds(), TimeUnit.SECONDS).execute(process::destroyForcibly);
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            awaitReady(port(lines));
            Duration taken = Duration.ofNanos(System.nanoTime() - started);
            stop(process, lines);
            return taken;
        } finally {
            process.destroyForcibly();
        }
    }

    private static int port(BufferedReader lines) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            int at = line.indexOf(READY);
            if (at >= 0) {
                return Integer.parseInt(line.substring(at + READY.length()).strip());
            }
        }
        throw new IOException("the container ended before it was ready; see what ./penstock session says");
    }

    private void awaitReady(int port) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/ready")).timeout(DEADLINE);
        int status = client.send(request.build(), BodyHandlers.discarding()).statusCode();
        if (status != 200) {
            throw new IOException("/ready answered " + status);
        }
    }

    /** The cache is written between the signal and the end. Stopping by the process would close its output first. */
    private static void stop(Process process, BufferedReader lines) throws IOException, InterruptedException {
        process.toHandle().destroy();
        while (lines.readLine() != null) {
            // What it says on its way out is of no interest, but it must not block on that.
        }
        if (!process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
            throw new IOException("the container did not stop within " + DEADLINE.toSeconds() + " seconds");
        }
    }

    @Override
    public void close() throws IOException {
        client.close();
        Files.deleteIfExists(cache);
    }
}
