package dev.penstock.local.containers;

import static org.awaitility.Awaitility.await;

import dev.penstock.local.containers.ComposeFile.Service;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Starts services of the compose file as plain processes: their images' entry points in a {@link Box} with the file's
 * variables, user, capabilities and mounts. Hosts become this machine, ports free ones.
 */
final class Rehearsal implements AutoCloseable {
    /** A container's port, by the name that its setting has. */
    private static final Map<String, Integer> PORTS = Map.of("PENSTOCK_GATEWAY_PORT", 8080,
            "PENSTOCK_GATEWAY_MANAGEMENT_PORT", 8090, "PENSTOCK_WORKER_MANAGEMENT_PORT", 8091, "PENSTOCK_POOL_PORT",
            8081, "PENSTOCK_SESSION_PORT", 8088, "PENSTOCK_SERVICEBUS_PORT", 5672);
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final ComposeFile compose;
    private final Dockerfile dockerfile;
    private final Images images;
    private final Path scratch;
    private final Map<String, String> ports = new HashMap<>();
    private final Map<String, String> hosts = new LinkedHashMap<>();
    private final Map<String, Process> running = new LinkedHashMap<>();

    /** @param postgresPort where a database for the store is */
    Rehearsal(ComposeFile compose, Dockerfile dockerfile, Images images, Path scratch, int postgresPort)
            throws IOException {
        this.compose = compose;
        this.dockerfile = dockerfile;
        this.images = images;
        this.scratch = scratch;
        for (String name : PORTS.keySet()) {
            ports.put(name, freePort());
        }
        hosts.put("@postgres:5432/", "@127.0.0.1:" + postgresPort + "/");
        hosts.put("sb://servicebus;", "sb://127.0.0.1:" + ports.get("PENSTOCK_SERVICEBUS_PORT") + ";");
        hosts.put("http://pool:8081", "http://127.0.0.1:" + ports.get("PENSTOCK_POOL_PORT"));
        hosts.put("http://session:8088", "http://127.0.0.1:" + ports.get("PENSTOCK_SESSION_PORT"));
    }

    /** Starts a service and waits until its health check says so. */
    void start(String name) throws IOException, InterruptedException {
        Box box = box(name);
        String target = target(name);
        List<String> healthCheck = dockerfile.healthCheck(target);
        if (exitCode(box, healthCheck) == 0) {
            throw new IllegalStateException(name + " is healthy before it was started");
        }
        Process process = box.start(dockerfile.entryPoint(target), log(name));
        running.put(name, process);
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(250))
                .until(() -> {
                    if (!process.isAlive()) {
                        throw new IllegalStateException(name + " ended: " + output(name));
                    }
                    return exitCode(box, healthCheck) == 0;
                });
    }

    /** SIGTERM to the process that the engine would send it to; its exit code. */
    int stop(String name) throws InterruptedException {
        Process process = Objects.requireNonNull(running.remove(name), name);
        contained(process).destroy();
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException(name + " does not stop");
        }
        return process.exitValue();
    }

    /** Runs a command as {@code docker compose exec} would, and returns its exit code. */
    int exec(String name, String... command) throws IOException, InterruptedException {
        return exitCode(box(name), List.of(command));
    }

    String port(String setting) {
        return Objects.requireNonNull(ports.get(setting), setting);
    }

    /** What a service and the commands in its box have printed. */
    String output(String name) throws IOException {
        return Files.readString(log(name));
    }

    private int exitCode(Box box, List<String> command) throws IOException, InterruptedException {
        Process process = box.start(command, scratch.resolve("commands.log"));
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException("does not end: " + command);
        }
        return process.exitValue();
    }

    private Path log(String name) {
        return scratch.resolve(name + ".out");
    }

    private String target(String name) {
        return compose.service(name).target().orElseThrow();
    }

    private Box box(String name) throws IOException, InterruptedException {
        Service service = compose.service(name);
        String target = target(name);
        if (!service.flag("read_only")) {
            throw new IllegalStateException(name + " may write its own files");
        }
        int uid = service.text("user").map(Integer::parseInt).orElse(dockerfile.user(target));
        Path image = images.build(target);
        return new Box(image, false, environment(service, target, image), uid, capabilities(service),
                volumes(service, uid), tmpOptions(service));
    }

    private Map<String, String> environment(Service service, String target, Path image) {
        Map<String, String> environment = new HashMap<>(dockerfile.environment(target));
        environment.putAll(service.environment());
        environment.replaceAll((name, value) -> {
            String here = PORTS.containsKey(name) ? port(name) : value;
            for (Map.Entry<String, String> host : hosts.entrySet()) {
                here = here.replace(host.getKey(), host.getValue());
            }
            return here;
        });
        if (Files.exists(image.resolve("opt/penstock/aot").resolve(target + ".aot"))) {
            // A cache that can't be used is an error here, and not just a slow start.
            environment.merge("PENSTOCK_JAVA_OPTS", "-XX:AOTMode=on", (own, strict) -> own + " " + strict);
        }
        return environment;
    }

    private static List<String> capabilities(Service service) {
        if (!service.list("cap_drop").contains("ALL")) {
            throw new IllegalStateException(service.name() + " keeps capabilities that it doesn't name");
        }
        return service.list("cap_add");
    }

    /** An empty named volume gets its mount point's owner. */
    private List<String> volumes(Service service, int uid) throws IOException {
        List<String> mounts = new ArrayList<>();
        for (String volume : service.list("volumes")) {
            String[] parts = volume.split(":");
            Path folder = Files.createDirectories(scratch.resolve("volume-" + parts[0]));
            Files.setAttribute(folder, "unix:uid", uid);
            mounts.addAll(List.of("--bind", folder.toString(), parts[1]));
        }
        return mounts;
    }

    private static List<String> tmpOptions(Service service) {
        String tmp = service.list("tmpfs").stream().filter(mount -> mount.startsWith("/tmp")).findFirst().orElseThrow();
        return List.of(tmp.substring(tmp.indexOf(':') + 1).split(","));
    }

    /** The process that was started in the box: bubblewrap and its reaper only wait for it, and pass no signals on. */
    private static ProcessHandle contained(Process process) {
        return process.children().flatMap(ProcessHandle::children).findFirst().orElse(process.toHandle());
    }

    private static String freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return String.valueOf(socket.getLocalPort());
        }
    }

    @Override
    public void close() {
        running.values().forEach(process -> contained(process).destroyForcibly());
        running.values().forEach(process -> process.onExit().join());
    }
}
