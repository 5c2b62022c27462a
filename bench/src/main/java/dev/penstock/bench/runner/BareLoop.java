package dev.penstock.bench.runner;

import dev.penstock.session.sandbox.Bubblewrap;
import dev.penstock.session.sandbox.Home;
import dev.penstock.session.sandbox.Launch;
import dev.penstock.session.sandbox.RunFolder;
import dev.penstock.session.sandbox.Sandbox;
import dev.penstock.session.sandbox.Unshare;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The sandbox that the container uses, started again and again by a shell, with no container around it. */
final class BareLoop implements AutoCloseable {
    /** Descriptors 3 and 4 are for {@code init.pl}, whose lifeline is the input; {@code $0} is how often. */
    private static final String LOOP = "i=0; while [ $i -lt $0 ]; do \"$@\" 3>/dev/null 4>/dev/null || exit 1;"
            + " i=$((i+1)); done";
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private static final Map<String, String> LANGUAGE = Map.of("LANG", "C.UTF-8");
    private static final long DISK_BYTES = 256L << 20;
    private static final int FILES = 20_000;
    private static final long DEADLINE_SECONDS = 60;
    private static final int FIRST_UID = 220_000;

    private final Home home;
    private final Sandbox sandbox;
    private final String python = Stream.of("/usr/local/bin/python3", "/usr/bin/python3")
            .filter(path -> Files.isExecutable(Path.of(path)))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("python3 is missing: install it and try again"));

    /** Whether the sandbox's own first process stands between it and the interpreter. */
    enum First {
        /** The interpreter is the first process: nothing limits, reaps or reports. */
        INTERPRETER,
        /** As in the container, but for the limits, which are set inside. */
        INIT
    }

    /**
     * Makes the run folders.
     *
     * @param isolation
     *            what the container says of its sandbox
     */
    BareLoop(String isolation, int lanes) throws IOException {
        this.home = Home.create(Path.of(System.getProperty("java.io.tmpdir")), FIRST_UID, lanes, failed -> {
            throw new UncheckedIOException(failed);
        });
        this.sandbox = isolation.startsWith("bubblewrap:") ? new Bubblewrap(home) : new Unshare(home);
    }

    /** So many runs in each of so many shells. */
    Measured run(First first, int lanes, int runsEach) throws Exception {
        return Lanes.measure(Collections.<Callable<List<Duration>>>nCopies(lanes, () -> lane(first, runsEach)));
    }

    private List<Duration> lane(First first, int runs) throws IOException, InterruptedException {
        RunFolder folder = home.newRun(sandbox);
        try {
            return loop(first, command(first, folder), runs);
        } finally {
            home.remove(folder);
        }
    }

    private List<String> command(First first, RunFolder folder) throws IOException {
        folder.addStdin(new byte[0]);
        folder.addFile(0, Printing42.CODE.getBytes(StandardCharsets.UTF_8));
        var launch = new Launch(folder, List.of(Printing42.FILE), false, false, DISK_BYTES, FILES, List.of(),
                LANGUAGE,
                List.of(python, "/work/" + Printing42.FILE));
        folder.add(launch);
        List<String> withInit = sandbox.command(launch);
        return switch (first) {
            case INIT -> withInit;
            case INTERPRETER -> {
                var alone = new ArrayList<String>(withInit.subList(0, withInit.lastIndexOf("perl")));
                alone.addAll(List.of(python, "/penstock/in/0"));
                yield alone;
            }
        };
    }

    /** A run's time is that from the output of the one before to its own. */
    private static List<Duration> loop(First first, List<String> command, int runs)
            throws IOException, InterruptedException {
        var words = new ArrayList<String>(List.of("sh", "-c", LOOP, Integer.toString(runs)));
        words.addAll(command);
        var builder = new ProcessBuilder(words).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().put("PATH", PATH);
        if (first == First.INTERPRETER) {
            builder.environment().putAll(LANGUAGE); // which otherwise init.pl sets
        }
        var latencies = new ArrayList<Duration>();
        long before = System.nanoTime();
        Process shell = builder.start();
        // An end of its input ends what runs in the sandbox too.
        CompletableFuture.delayedExecutor(DEADLINE_SECONDS, TimeUnit.SECONDS).execute(shell::destroyForcibly);
        try (BufferedReader lines = shell.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Printing42.check(line + "\n");
                long now = System.nanoTime();
                latencies.add(Duration.ofNanos(now - before));
                before = now;
            }
            if (!shell.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS) || shell.exitValue() != 0
                    || latencies.size() != runs) {
                throw new IOException("the bare sandbox failed after " + latencies.size() + " of " + runs + " runs");
            }
        } finally {
            shell.destroy();
        }
        return latencies;
    }

    @Override
    public void close() {
        home.close();
    }
}
