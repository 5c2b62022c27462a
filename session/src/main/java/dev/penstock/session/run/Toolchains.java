package dev.penstock.session.run;

import dev.penstock.contracts.Verdict;
import dev.penstock.session.language.InstalledLanguage;
import dev.penstock.session.language.Language;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the languages that can run here. A toolchain counts only when it tells its version from inside the sandbox: one
 * that sandboxed programs can't read is as good as missing. The search path of this process plays no part, since it may
 * lead to shims in somebody's home folder.
 */
final class Toolchains {
    private static final List<Path> FOLDERS = List.of(Path.of("/usr/local/bin"), Path.of("/usr/bin"), Path.of("/bin"));
    private static final Pattern VERSION = Pattern.compile("\\d+(\\.\\d+)+");

    private final Runner runner;

    Toolchains(Runner runner) {
        this.runner = runner;
    }

    /** The language with its tools, or empty when one of them is missing or doesn't work. */
    Optional<InstalledLanguage> find(Language language) throws InterruptedException {
        Map<String, Path> paths = new HashMap<>();
        for (var tool : language.tools().entrySet()) {
            Optional<Path> path = locate(tool.getValue());
            if (path.isEmpty()) {
                return Optional.empty();
            }
            paths.put(tool.getKey(), path.get());
        }
        List<String> command = language.version()
                .stream()
                .map(word -> InstalledLanguage.fillTools(word, paths))
                .toList();
        return version(command).map(version -> new InstalledLanguage(language, paths, version));
    }

    private static Optional<Path> locate(List<String> names) {
        return names.stream()
                .flatMap(name -> FOLDERS.stream().map(folder -> folder.resolve(name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private Optional<String> version(List<String> command) throws InterruptedException {
        try {
            StageEnd end = runner.probe(command);
            Matcher number = VERSION.matcher(end.result().stdout().content() + end.result().stderr().content());
            return end.verdict() == Verdict.OK && number.find() ? Optional.of(number.group()) : Optional.empty();
        } catch (RunnerFailure failed) {
            return Optional.empty();
        }
    }
}
