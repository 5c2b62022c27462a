package dev.penstock.worker;

import dev.penstock.worker.events.WorkerEvents;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A worker in a process of its own, which can be killed, stopped and let go on. */
final class WorkerProcess implements AutoCloseable {
    private final Process process;

    private WorkerProcess(Process process) {
        this.process = process;
    }

    /** The process's own main: runs a worker by the environment until SIGTERM. */
    public static void main(String[] arguments) {
        Vertx vertx = Vertx.vertx();
        Worker worker = Worker.start(vertx, WorkerConfig.from(System.getenv()),
                new WorkerEvents(new SimpleMeterRegistry()));
        Runtime.getRuntime().addShutdownHook(new Thread(worker::close));
    }

    static WorkerProcess start(Map<String, String> environment) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java")
                .toString(), "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp",
                System.getProperty("java.class.path"), WorkerProcess.class.getName()));
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment().putAll(environment);
        return new WorkerProcess(builder.start());
    }

    /** As {@code kill -9}. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** As {@code kill -STOP}: nothing in it goes on, but its connections stand. */
    void pause() throws IOException, InterruptedException {
        signal("-STOP");
    }

    void goOn() throws IOException, InterruptedException {
        signal("-CONT");
    }

    /** SIGTERM, and waits for its end; whether it ended by itself. */
    boolean terminate() throws InterruptedException {
        process.destroy();
        return process.waitFor(1, TimeUnit.MINUTES);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private void signal(String signal) throws IOException, InterruptedException {
        int code = new ProcessBuilder("kill", signal, String.valueOf(process.pid())).inheritIO().start().waitFor();
        if (code != 0) {
            throw new IOException("kill " + signal + " failed with " + code);
        }
    }
}
