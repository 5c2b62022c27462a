package dev.penstock.local;

import dev.penstock.local.cli.Penstock;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The command line in a process of its own, as a person starts it. */
final class PenstockProcess implements AutoCloseable {
    private static final long DEADLINE_SECONDS = 120;

    private final Process process;
    private final Path stderr;

    private PenstockProcess(Process process, Path stderr) {
        this.process = process;
        this.stderr = stderr;
    }

    /** What a finished command left behind. */
    record Finished(int exitCode, String stdout, String stderr) {
    }

    static PenstockProcess start(Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "-cp",
                        System.getProperty("java.class.path"), Penstock.class.getName()));
        command.addAll(List.of(arguments));
        Path stderr = Files.createTempFile("penstock-stderr-", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(stderr.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("PENSTOCK_"));
        builder.environment().putAll(environment);
        return new PenstockProcess(builder.start(), stderr);
    }

    static Finished run(String... arguments) throws IOException, InterruptedException {
        try (PenstockProcess command = start(Map.of(), arguments)) {
            String stdout = new String(command.process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Finished(command.exitCode(), stdout, command.stderr());
        }
    }

    /** Waits for the line that a started part prints when it is ready. */
    String readyLine() throws IOException {
        BufferedReader stdout = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = stdout.readLine();
        if (line == null) {
            throw new IllegalStateException("ended before it was ready: " + stderr());
        }
        return line;
    }

    int exitCode() throws InterruptedException {
        if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("still runs after " + DEADLINE_SECONDS + " s");
        }
        return process.exitValue();
    }

    String stderr() throws IOException {
        return Files.readString(stderr, StandardCharsets.UTF_8);
    }

    /** SIGTERM. */
    void terminate() {
        process.destroy();
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly();
    }

    /** Any signal, by its name without SIG. */
    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start().waitFor();
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        process.onExit().join();
        Files.deleteIfExists(stderr);
    }
}
