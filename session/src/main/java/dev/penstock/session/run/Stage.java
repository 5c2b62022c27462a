package dev.penstock.session.run;

import dev.penstock.contracts.Output;
import dev.penstock.session.sandbox.Launch;
import dev.penstock.session.sandbox.RunFolder;
import dev.penstock.session.sandbox.Sandbox;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * One program in one sandbox, from its start to the moment when nothing of it is left. Used once. Interrupting
 * {@link #run()} kills the program.
 */
final class Stage {
    /**
     * Opens the descriptors that {@code init.pl} writes to, before the sandbox hides where they lead. When memory runs out,
     * the kernel shall take the program and nobody else; where root with all its rights says so, the program can't take it
     * back.
     */
    private static final String OPEN = "{ echo 1000 >/proc/self/oom_score_adj; } 2>/dev/null; exec 3>\"$1\" 4>\"$2\";"
            + " shift 2; exec \"$@\"";
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private static final long LOOK_EVERY_MS = 20;
    private static final long GRACE_MS = 5_000;
    private static final long REMOVAL_MS = 60_000;
    private static final long START_MS = 30_000;

    private final Sandbox sandbox;
    private final Launch launch;
    private final StageLimits limits;
    private final MachineMemory machine;
    private final long killsBefore;
    private final long prepared = System.nanoTime();
    private final Progress progress;
    private Optional<Long> started = Optional.empty();
    private final long sharedBefore = SharedMemory.bytes();
    private long cpuMs;
    private long peakBytes;

    Stage(Sandbox sandbox, Launch launch, StageLimits limits, MachineMemory machine) {
        this.sandbox = sandbox;
        this.launch = launch;
        this.limits = limits;
        this.machine = machine;
        this.killsBefore = machine.kills();
        this.progress = new Progress(launch.folder().report());
    }

    StageEnd run() throws RunnerFailure, InterruptedException {
        try {
            launch.folder().add(launch);
            return watch(start());
        } catch (IOException failed) {
            throw RunnerFailure.of("a program could not be started; see whether sh, perl and the disk are there",
                    failed);
        }
    }

    private Process start() throws IOException {
        RunFolder folder = launch.folder();
        var command = new ArrayList<String>(List.of("sh", "-c", OPEN, "sh", folder.report().toString(),
                launch.pack() ? folder.archive().toString() : "/dev/null"));
        command.addAll(sandbox.command(launch));
        var builder = new ProcessBuilder(command);
        builder.environment().clear();
        // The program has its own: a language here would only have each tool on the way load its files.
        builder.environment().put("PATH", PATH);
        return builder.start();
    }

    private StageEnd watch(Process process) throws IOException, RunnerFailure, InterruptedException {
        var stdout = new HeadCapture(process.getInputStream(), limits.outputBytes(), limits.keptBytes());
        var stderr = new HeadCapture(process.getErrorStream(), limits.outputBytes(), limits.keptBytes());
        Thread.ofPlatform().daemon().name("stdout-", process.pid()).start(stdout);
        Thread.ofPlatform().daemon().name("stderr-", process.pid()).start(stderr);
        Optional<StopReason> stopped = Optional.empty();
        boolean over = false;
        try {
            stopped = untilExceeded(process, stdout, stderr);
            over = true;
        } finally {
            over &= end(process);
            drain(process, List.of(stdout.done(), stderr.done()));
        }
        if (!over) {
            throw new RunnerFailure("a program could not be stopped; restart the session container");
        }
        var seen = new StageEnd.Seen(elapsedMs(), cpuMs, peakBytes, stdout.output(), stderr.output(),
                stdout.exceeded(), stderr.exceeded(), stderr.lastWords());
        Optional<Report> report = Report.read(launch.folder().report());
        if (report.isEmpty() && stopped.isEmpty()) {
            throw new RunnerFailure("the sandbox ended without a report: " + firstLine(seen.stderr()));
        }
        StageEnd end = StageEnd.of(limits, stopped, report, seen);
        return machine.kills() > killsBefore ? end.amongKilled(limits) : end;
    }

    /** Returns when the program has ended (empty) or must be ended. What is still done after that is not the program's. */
    private Optional<StopReason> untilExceeded(Process process, HeadCapture stdout, HeadCapture stderr)
            throws IOException, RunnerFailure, InterruptedException {
        var tree = new ProcessTree(process.pid(), sandbox.depth());
        while (!process.waitFor(LOOK_EVERY_MS, TimeUnit.MILLISECONDS) && !hasReported()) {
            Optional<StopReason> reason = stdout.exceeded()
                    ? Optional.of(StopReason.STDOUT)
                    : stderr.exceeded() ? Optional.of(StopReason.STDERR) : look(tree);
            if (reason.isPresent()) {
                return reason;
            }
        }
        return Optional.empty();
    }

    private Optional<StopReason> look(ProcessTree tree) throws IOException, RunnerFailure {
        if (!hasStarted()) {
            return Optional.empty();
        }
        if (elapsedMs() > limits.wall().toMillis()) {
            return Optional.of(StopReason.WALL_TIME);
        }
        ProcessTree.Use use = tree.use();
        cpuMs = Math.max(cpuMs, use.cpuMs() - progress.asideMs());
        if (cpuMs > limits.cpu().toMillis()) {
            return Optional.of(StopReason.CPU_TIME);
        }
        // Forked processes share most of their pages; the dear, exact sum is taken only when it matters.
        long resident = use.residentBytes() > Math.max(peakBytes, limits.memoryBytes())
                ? tree.exactResidentBytes()
                : use.residentBytes();
        peakBytes = Math.max(peakBytes, resident);
        return resident > limits.memoryBytes() || hidesMemory(tree)
                ? Optional.of(StopReason.MEMORY)
                : Optional.empty();
    }

    /** Whether pages that are in no process are this program's: the machine tells their sum, the program's mappings whose. */
    private boolean hidesMemory(ProcessTree tree) {
        return SharedMemory.bytes() - sharedBefore > limits.memoryBytes() && tree.sharedBytes() > limits.memoryBytes();
    }

    /** Ends what still runs: the lifeline first, so that a report is written and files are removed, then by force. */
    private boolean end(Process process) throws IOException {
        process.getOutputStream().close();
        if (ended(process, GRACE_MS) || (hasReported() && ended(process, REMOVAL_MS))) {
            return true;
        }
        new ProcessTree(process.pid(), sandbox.depth()).kill();
        process.destroyForcibly();
        return ended(process, GRACE_MS);
    }

    private boolean hasReported() throws IOException {
        return progress.now() == Progress.Point.ENDED;
    }

    private static boolean ended(Process process, long withinMs) {
        return uninterrupted(() -> process.waitFor(withinMs, TimeUnit.MILLISECONDS));
    }

    /** All writers are dead, so both streams end at once, unless a process got away, which only happens unsandboxed. */
    private static void drain(Process process, List<CountDownLatch> streams) throws IOException {
        for (CountDownLatch stream : streams) {
            if (!uninterrupted(() -> stream.await(GRACE_MS, TimeUnit.MILLISECONDS))) {
                process.getInputStream().close();
                process.getErrorStream().close();
            }
        }
    }

    private interface Wait {
        boolean await() throws InterruptedException;
    }

    /** A second interrupt must not leave a program behind: it is remembered and handed on. */
    private static boolean uninterrupted(Wait wait) {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return wait.await();
                } catch (InterruptedException again) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** A sandbox may be long in the making where many are made at once: that is not the program's time. */
    private boolean hasStarted() throws IOException, RunnerFailure {
        if (started.isEmpty() && progress.now() != Progress.Point.PREPARING) {
            started = Optional.of(System.nanoTime());
        }
        if (started.isEmpty() && System.nanoTime() - prepared > START_MS * 1_000_000) {
            throw new RunnerFailure("a sandbox could not be made within 30 seconds; is this machine overloaded?");
        }
        return started.isPresent();
    }

    private long elapsedMs() {
        return (System.nanoTime() - started.orElse(prepared)) / 1_000_000;
    }

    private static String firstLine(Output stderr) {
        return stderr.content().lines().findFirst().orElse("it printed nothing");
    }
}
