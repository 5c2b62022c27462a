package dev.penstock.session.run;

import dev.penstock.contracts.Verdict;
import dev.penstock.session.sandbox.Home;
import dev.penstock.session.sandbox.Launch;
import dev.penstock.session.sandbox.RunFolder;
import dev.penstock.session.sandbox.Sandbox;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Starts commands in one kind of sandbox, each in a folder of its own. Thread safe. */
public final class Sandboxed {
    private static final String NO_FOLDER = "a folder for the run could not be made; see whether the disk is full";
    private static final StageLimits PROBE = new StageLimits(Duration.ofSeconds(20), Duration.ofSeconds(20), 1L << 30,
            64 << 10, 64 << 10, 64 << 20, 1000, 64, 256);

    private final Sandbox sandbox;
    private final Home home;
    private final MachineMemory machine;

    public Sandboxed(Sandbox sandbox, Home home, MachineMemory machine) {
        this.sandbox = sandbox;
        this.home = home;
        this.machine = machine;
    }

    public Sandbox sandbox() {
        return sandbox;
    }

    /** What a stage starts from: adds to its folder, and says which names its files have in the work folder. */
    interface Content {
        List<String> addTo(RunFolder folder) throws IOException;
    }

    /** A program with its arguments, and what is added to its environment. */
    record Command(List<String> words, Map<String, String> environment) {}

    /** The command for a work folder and one for temporary files, known only when a sandbox is about to start. */
    interface CommandAt {
        Command at(String work, String temp);
    }

    /** What is made of a stage's end while its archive is still there. */
    interface Use<T> {
        T use(StageEnd end, Path archive) throws RunnerFailure, InterruptedException;
    }

    /** Why nothing can run in this sandbox here, or empty when it works. */
    public Optional<String> problem() throws InterruptedException {
        try {
            StageEnd end = probe(List.of("/usr/bin/env"), "");
            return end.verdict() == Verdict.OK
                    ? Optional.empty()
                    : Optional.of(end.result().stderr().content().strip());
        } catch (RunnerFailure failed) {
            return Optional.of(String.valueOf(failed.getMessage()));
        }
    }

    /** Runs one command without any files. */
    StageEnd probe(List<String> command, String stdin) throws RunnerFailure, InterruptedException {
        return start(PROBE, stdin.getBytes(StandardCharsets.UTF_8), _ -> List.of(),
                (_, _) -> new Command(command, Map.of()));
    }

    /** Runs a stage from files. */
    StageEnd start(StageLimits limits, byte[] stdin, Content content, CommandAt command)
            throws RunnerFailure, InterruptedException {
        return stage(limits, stdin, content, false, false, command, (end, _) -> end);
    }

    /** Runs a stage from what an earlier one left. */
    StageEnd startFrom(Path archive, StageLimits limits, byte[] stdin, CommandAt command)
            throws RunnerFailure, InterruptedException {
        Content content = folder -> {
            folder.addArchive(archive);
            return List.of();
        };
        return stage(limits, stdin, content, true, false, command, (end, _) -> end);
    }

    /** Runs a stage from files and keeps what it leaves for as long as it is of use. */
    <T> T startAndKeep(StageLimits limits, Content content, CommandAt command, Use<T> use)
            throws RunnerFailure, InterruptedException {
        return stage(limits, new byte[0], content, false, true, command, use);
    }

    private <T> T stage(StageLimits limits, byte[] stdin, Content content, boolean unpack, boolean pack,
            CommandAt command, Use<T> use) throws RunnerFailure, InterruptedException {
        try (var lease = new Lease(home, sandbox)) {
            RunFolder folder = lease.folder;
            folder.addStdin(stdin);
            List<String> names = content.addTo(folder);
            Command program = command.at(sandbox.workFolder(folder).toString(), sandbox.tempFolder(folder).toString());
            var launch = new Launch(folder, names, unpack, pack, limits.diskBytes(), limits.files(),
                    limits.resources(sandbox.countsProcesses()), program.environment(), program.words());
            return use.use(new Stage(sandbox, launch, limits, machine).run(), folder.archive());
        } catch (IOException failed) {
            throw RunnerFailure.of(NO_FOLDER, failed);
        }
    }

    /** A run folder for the time of a block. */
    private static final class Lease implements AutoCloseable {
        private final Home home;
        private final RunFolder folder;

        Lease(Home home, Sandbox sandbox) throws IOException, InterruptedException {
            this.home = home;
            this.folder = home.newRun(sandbox);
        }

        @Override
        public void close() {
            home.remove(folder);
        }
    }
}
