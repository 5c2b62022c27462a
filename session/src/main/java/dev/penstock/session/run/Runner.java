package dev.penstock.session.run;

import dev.penstock.contracts.ProgramResult;
import dev.penstock.contracts.SourceFile;
import dev.penstock.contracts.Verdict;
import dev.penstock.session.language.InstalledLanguage;
import dev.penstock.session.language.Language;
import dev.penstock.session.sandbox.Home;
import dev.penstock.session.sandbox.Launch;
import dev.penstock.session.sandbox.RunFolder;
import dev.penstock.session.sandbox.Sandbox;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Compiles and runs programs, each stage in a sandbox and a folder of its own. Thread safe; bounding how many run at a
 * time is the caller's part. Interrupting a call kills what it started.
 */
public final class Runner {
    private static final StageLimits PROBE = new StageLimits(Duration.ofSeconds(20), Duration.ofSeconds(20), 1L << 30,
            64 << 10, 64 << 20, 64, 256);

    private static final String NO_FOLDER = "a folder for the run could not be made; see whether the disk is full";

    private final Sandbox sandbox;
    private final Home home;

    public Runner(Sandbox sandbox, Home home) {
        this.sandbox = sandbox;
        this.home = home;
    }

    public Sandbox sandbox() {
        return sandbox;
    }

    /** Why nothing can run in this sandbox here, or empty when it works. */
    public Optional<String> problem() throws InterruptedException {
        try {
            StageEnd end = probe(List.of("/usr/bin/env"));
            return end.verdict() == Verdict.OK
                    ? Optional.empty()
                    : Optional.of(end.result().stderr().content().strip());
        } catch (RunnerFailure failed) {
            return Optional.of(String.valueOf(failed.getMessage()));
        }
    }

    /** The language as it is installed here, or empty when it isn't. */
    public Optional<InstalledLanguage> find(Language language) throws InterruptedException {
        return new Toolchains(this).find(language);
    }

    /** Compiles where the language needs it, and runs what compiled. */
    public ProgramResult run(ProgramRun program) throws RunnerFailure, InterruptedException {
        try {
            return program.language().compiles() ? compileAndRun(program) : runSources(program);
        } catch (IOException failed) {
            throw new RunnerFailure(NO_FOLDER, failed);
        }
    }

    /** Runs one command without any files. */
    StageEnd probe(List<String> command) throws RunnerFailure, InterruptedException {
        try (var folder = new Lease(home)) {
            folder.run.addStdin(new byte[0]);
            var launch = new Launch(folder.run, List.of(), false, false, PROBE.diskBytes(), Map.of(),
                    limited(PROBE, command));
            return new Stage(sandbox, launch, PROBE).run();
        } catch (IOException failed) {
            throw new RunnerFailure(NO_FOLDER, failed);
        }
    }

    private ProgramResult runSources(ProgramRun program) throws IOException, RunnerFailure, InterruptedException {
        try (var folder = new Lease(home)) {
            addSources(folder.run, program);
            StageEnd end = runStage(program, folder.run, names(program));
            return new ProgramResult(end.verdict(), end.message(), null, end.result());
        }
    }

    private ProgramResult compileAndRun(ProgramRun program) throws IOException, RunnerFailure, InterruptedException {
        try (var folder = new Lease(home)) {
            StageEnd compile = compileStage(program, folder.run);
            if (compile.verdict() != Verdict.OK) {
                return new ProgramResult(Verdict.COMPILE_ERROR, compile.message(), compile.result(), null);
            }
            try (var second = new Lease(home)) {
                second.run.addArchive(folder.run.archive());
                StageEnd end = runStage(program, second.run, List.of());
                return new ProgramResult(end.verdict(), end.message(), compile.result(), end.result());
            }
        }
    }

    private StageEnd compileStage(ProgramRun program, RunFolder folder)
            throws IOException, RunnerFailure, InterruptedException {
        addSources(folder, program);
        folder.addStdin(new byte[0]);
        List<String> command = program.language().compileCommand(sandbox.workFolder(folder), names(program));
        return stage(program, folder, names(program), true, program.compileLimits(), command);
    }

    private StageEnd runStage(ProgramRun program, RunFolder folder, List<String> files)
            throws IOException, RunnerFailure, InterruptedException {
        folder.addStdin(program.stdin());
        var command = new ArrayList<>(program.language().runCommand(sandbox.workFolder(folder), names(program)));
        command.addAll(program.args());
        return stage(program, folder, files, false, program.runLimits(), command);
    }

    /** A stage without files of its own starts from the archive. */
    private StageEnd stage(ProgramRun program, RunFolder folder, List<String> files, boolean pack, StageLimits limits,
            List<String> command) throws RunnerFailure, InterruptedException {
        var environment = new HashMap<>(program.language().language().environment());
        environment.put("HOME", sandbox.workFolder(folder).toString());
        var launch = new Launch(folder, files, files.isEmpty(), pack, limits.diskBytes(), environment,
                limited(limits, command));
        return new Stage(sandbox, launch, limits).run();
    }

    private List<String> limited(StageLimits limits, List<String> command) {
        var whole = new ArrayList<>(limits.prlimit(sandbox.countsProcesses()));
        whole.addAll(command);
        return whole;
    }

    private static void addSources(RunFolder folder, ProgramRun program) throws IOException {
        int number = 0;
        for (SourceFile file : program.files()) {
            folder.addFile(number++, file.bytes());
        }
    }

    private static List<String> names(ProgramRun program) {
        return program.files().stream().map(SourceFile::name).toList();
    }

    /** A run folder for the time of a block. */
    private static final class Lease implements AutoCloseable {
        private final Home home;
        private final RunFolder run;

        Lease(Home home) throws IOException, InterruptedException {
            this.home = home;
            this.run = home.newRun();
        }

        @Override
        public void close() throws IOException {
            home.remove(run);
        }
    }
}
