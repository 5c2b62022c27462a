package dev.penstock.session.run;

import dev.penstock.contracts.LanguageRuntime;
import dev.penstock.contracts.SourceFile;
import dev.penstock.contracts.Verdict;
import dev.penstock.session.language.InstalledLanguage;
import dev.penstock.session.language.InstalledLanguage.Place;
import dev.penstock.session.language.Language;
import dev.penstock.session.sandbox.RunFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The built-in engine: compiles and runs programs, each stage in a sandbox and a folder of its own. Thread safe; bounding
 * how many run at a time is the caller's part.
 */
public final class Runner implements Engine {
    /** What all cases may keep together, as a multiple of what each stream of one may. */
    private static final int KEPT_OF_ALL = 4;

    private final Sandboxed sandboxed;
    private final List<InstalledLanguage> languages;

    public Runner(Sandboxed sandboxed, List<InstalledLanguage> languages) {
        this.sandboxed = sandboxed;
        this.languages = List.copyOf(languages);
    }

    @Override
    public List<LanguageRuntime> runtimes() {
        return languages.stream().map(InstalledLanguage::runtime).toList();
    }

    @Override
    public String isolation() {
        return sandboxed.sandbox().name() + ": " + sandboxed.sandbox().description();
    }

    @Override
    public ProgramEnd run(ProgramRun program) throws RunnerFailure, InterruptedException {
        InstalledLanguage language = languages.stream()
                .filter(installed -> installed.runtime().equals(program.runtime()))
                .findFirst()
                .orElseThrow();
        if (!language.compiles()) {
            return new ProgramEnd(null, cases(program, language, null));
        }
        return sandboxed.startAndKeep(program.compileLimits(),
                folder -> addSources(folder, program, language.language()),
                command(program, program.compileLimits(), language::environment, language::compileCommand),
                (compile, archive) -> {
                    StageEnd judged = compile.orTooLarge(program.compileLimits());
                    return new ProgramEnd(judged,
                            judged.verdict() == Verdict.OK ? cases(program, language, archive) : List.of());
                });
    }

    /** One case after the other, until their common time is used up. */
    private List<StageEnd> cases(ProgramRun program, InstalledLanguage language, @Nullable Path archive)
            throws RunnerFailure, InterruptedException {
        var ends = new ArrayList<StageEnd>();
        long started = System.nanoTime();
        Duration left = program.wallForAll();
        long room = (long) KEPT_OF_ALL * program.runLimits().keptBytes();
        for (ProgramRun.Case one : program.cases()) {
            if (left.compareTo(ProgramRun.LEAST_FOR_A_CASE) < 0) {
                break;
            }
            StageEnd end = runCase(program, one, language, archive, program.runLimits()
                    .withinWall(left)
                    .keeping(one.keepBytes())
                    .keeping((int) Math.max(0, room / 2)));
            ends.add(end);
            room -= end.keptBytes();
            // With what it takes to make a sandbox: whoever waits for the answer waits for that, too.
            left = program.wallForAll().minusNanos(System.nanoTime() - started);
        }
        return ends;
    }

    private StageEnd runCase(ProgramRun program, ProgramRun.Case one, InstalledLanguage language,
            @Nullable Path archive, StageLimits limits) throws RunnerFailure, InterruptedException {
        Sandboxed.CommandAt command = command(program, limits, place -> {
            Map<String, String> all = language.runEnvironment(place);
            all.putAll(program.environment());
            return all;
        }, place -> {
            var words = new ArrayList<>(language.runCommand(place));
            words.addAll(one.args());
            return words;
        });
        StageEnd end = archive == null
                ? sandboxed.start(limits, one.stdin(), folder -> addSources(folder, program, language.language()),
                        command)
                : sandboxed.startFrom(archive, limits, one.stdin(), command);
        return switch (end.verdict()) {
            case NONZERO_EXIT, SIGNAL -> language.diedOfMemory(end.lastWords(), end.result().memoryBytes(),
                    limits.memoryBytes())
                            ? end.outOfMemory(limits)
                            : end;
            case OK, COMPILE_ERROR, TIME_LIMIT, MEMORY_LIMIT, OUTPUT_LIMIT -> end;
        };
    }

    private static Sandboxed.CommandAt command(ProgramRun program, StageLimits limits,
            Function<Place, Map<String, String>> variables, Function<Place, List<String>> words) {
        return (work, temp) -> {
            var place = new Place(work, temp, program.names(), program.files().getFirst().text(),
                    limits.memoryBytes());
            var environment = new HashMap<>(Map.of("LANG", "C.UTF-8", "HOME", work, "TMPDIR", temp));
            environment.putAll(variables.apply(place));
            return new Sandboxed.Command(words.apply(place), environment);
        };
    }

    /** The program's files, and those that its language adds. */
    private static List<String> addSources(RunFolder folder, ProgramRun program, Language language)
            throws IOException {
        var names = new ArrayList<String>();
        for (SourceFile file : program.files()) {
            folder.addFile(names.size(), file.bytes());
            names.add(file.name());
        }
        for (Map.Entry<String, String> file : language.added().entrySet()) {
            if (!names.contains(file.getKey())) {
                folder.addFile(names.size(), file.getValue().getBytes(StandardCharsets.UTF_8));
                names.add(file.getKey());
            }
        }
        return names;
    }
}
