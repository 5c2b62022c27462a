package dev.penstock.session.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.penstock.contracts.ProgramResult;
import dev.penstock.contracts.SourceFile;
import dev.penstock.session.SessionEvents;
import dev.penstock.session.language.InstalledLanguage;
import dev.penstock.session.run.ProgramRun;
import dev.penstock.session.run.RunLine;
import dev.penstock.session.run.Runner;
import dev.penstock.session.run.RunnerFailure;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** From a checked request to its answer: finds the language, decides the limits, waits for a turn, runs. */
public final class Execution {
    private final List<InstalledLanguage> languages;
    private final Runner runner;
    private final RunLine line;
    private final LimitPolicy limits;
    private final SessionEvents events;

    public Execution(List<InstalledLanguage> languages, Runner runner, RunLine line, LimitPolicy limits,
            SessionEvents events) {
        this.languages = languages;
        this.runner = runner;
        this.line = line;
        this.limits = limits;
        this.events = events;
    }

    List<InstalledLanguage> languages() {
        return languages;
    }

    Runner runner() {
        return runner;
    }

    /** How many programs wait for their turn. */
    int waiting() {
        return line.waiting();
    }

    /** Blocks until the program has ended; interrupting kills it. */
    ObjectNode execute(ExecuteRequest request) throws RunnerFailure, InterruptedException {
        InstalledLanguage language = language(request);
        var program = new ProgramRun(language, named(request.files(), language.language().source()),
                request.stdin().getBytes(StandardCharsets.UTF_8), request.args(), limits.compile(),
                limits.forRun(request.limits()));
        ProgramResult result = line.enter(() -> runner.run(program));
        events.ran(language.language().name(), result.verdict());
        return Answer.write(request, result);
    }

    private InstalledLanguage language(ExecuteRequest request) {
        InstalledLanguage language = languages.stream()
                .filter(installed -> installed.runtime().answersTo(request.language()))
                .findFirst()
                .orElseThrow(() -> new RefusedException(400, "UnknownLanguage",
                        "this language is not installed here; choose one of " + names()));
        String version = request.version();
        if (version != null && !language.satisfies(version)) {
            throw new RefusedException(400, "UnknownVersion", "only version " + language.version() + " of "
                    + language.language().name() + " is installed here; ask for that or for none");
        }
        return language;
    }

    private String names() {
        return languages.stream().map(installed -> installed.language().name()).collect(Collectors.joining(", "));
    }

    private static List<SourceFile> named(List<SourceFile> files, String name) {
        if (!files.getFirst().name().isEmpty()) {
            return files;
        }
        List<SourceFile> named = new ArrayList<>(files);
        named.set(0, new SourceFile(name, files.getFirst().content(), files.getFirst().encoding()));
        return named;
    }
}
