package dev.penstock.session.http;

import dev.penstock.contracts.LanguageRuntime;
import dev.penstock.contracts.SourceFile;
import dev.penstock.session.SessionEvents;
import dev.penstock.session.language.Language;
import dev.penstock.session.run.Engine;
import dev.penstock.session.run.ProgramEnd;
import dev.penstock.session.run.ProgramRun;
import dev.penstock.session.run.RunLine;
import dev.penstock.session.run.RunnerFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** From a checked request to its end: finds the language, decides the limits, waits for a turn, runs. */
public final class Execution {
    private static final Map<String, Language> LANGUAGES = Language.all()
            .stream()
            .collect(Collectors.toUnmodifiableMap(Language::name, Function.identity()));

    private final Engine engine;
    private final RunLine line;
    private final LimitPolicy limits;
    private final SessionEvents events;

    public Execution(Engine engine, RunLine line, LimitPolicy limits, SessionEvents events) {
        this.engine = engine;
        this.line = line;
        this.limits = limits;
        this.events = events;
    }

    Engine engine() {
        return engine;
    }

    LimitPolicy limits() {
        return limits;
    }

    /** How many programs wait for their turn. */
    int waiting() {
        return line.waiting();
    }

    /**
     * What there is to run, with the limits that it gets.
     *
     * @throws RefusedException
     *             if its language is not here
     */
    ProgramRun resolve(ExecuteRequest request) throws InterruptedException {
        LanguageRuntime runtime = runtime(request.language(), request.version());
        return new ProgramRun(runtime, named(request.files(), runtime), request.cases(), request.environment(),
                limits.forCompile(request.compileLimits()).keeping(request.keepBytes()),
                limits.forRun(request.limits()),
                limits.forAll(request.testsWallTimeMs()));
    }

    /**
     * Blocks until the program has ended; interrupting kills it.
     *
     * @param answer
     *            made of its end before the next program's turn: how many are made at a time is bounded, too
     */
    <T> T execute(ProgramRun program, Function<ProgramEnd, T> answer) throws RunnerFailure, InterruptedException {
        return line.enter(() -> {
            ProgramEnd end = engine.run(program);
            events.ran(program.runtime().language(), end.result().verdict());
            return answer.apply(end);
        });
    }

    /** Whether there is what the request is for. */
    boolean offers(ExecuteRequest request) throws InterruptedException {
        return newest(answering(request.language()), request.version()).isPresent();
    }

    private LanguageRuntime runtime(String language, @Nullable String version) throws InterruptedException {
        List<LanguageRuntime> known = answering(language);
        if (known.isEmpty()) {
            throw new RefusedException(400, "UnknownLanguage",
                    "this language is not installed here; choose one of " + names());
        }
        return newest(known, version)
                .orElseThrow(() -> new RefusedException(400, "UnknownVersion", "only "
                        + known.stream().map(LanguageRuntime::version).collect(Collectors.joining(", ")) + " of "
                        + known.getFirst().language() + " is installed here; ask for that or for none"));
    }

    private List<LanguageRuntime> answering(String language) throws InterruptedException {
        List<LanguageRuntime> known = answering(engine.runtimes(), language);
        return known.isEmpty() ? answering(engine.lookAgain(), language) : known;
    }

    private static List<LanguageRuntime> answering(List<LanguageRuntime> runtimes, String language) {
        return runtimes.stream().filter(runtime -> runtime.answersTo(language)).toList();
    }

    private static Optional<LanguageRuntime> newest(List<LanguageRuntime> known, @Nullable String version) {
        return known.stream().filter(runtime -> runtime.satisfies(version)).max(LanguageRuntime.BY_VERSION);
    }

    private String names() {
        return engine.runtimes().stream().map(LanguageRuntime::language).distinct().collect(Collectors.joining(", "));
    }

    private static List<SourceFile> named(List<SourceFile> files, LanguageRuntime runtime) {
        String given = files.getFirst().name();
        if (!given.isEmpty() && !given.equals(SourceFile.UNNAMED)) {
            return files;
        }
        Language language = LANGUAGES.get(runtime.language());
        String name = language == null ? SourceFile.UNNAMED : language.sourceName(files.getFirst().text());
        List<SourceFile> named = new ArrayList<>(files);
        named.set(0, new SourceFile(name, files.getFirst().content(), files.getFirst().encoding()));
        FilesReader.refuseClashes(named);
        return named;
    }
}
