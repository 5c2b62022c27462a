package dev.penstock.session.run;

import dev.penstock.contracts.Verdict;
import dev.penstock.session.language.InstalledLanguage;
import dev.penstock.session.language.Language;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the languages that can run here. A toolchain counts only when it tells its version from inside the sandbox: one
 * that sandboxed programs can't read, or that is too old, is as good as missing, and another folder may have a better. The search path of this process plays no part, since it may
 * lead to shims in somebody's home folder.
 */
public final class Toolchains {
    private static final List<Path> FOLDERS = List.of(Path.of("/usr/local/bin"), Path.of("/usr/bin"), Path.of("/bin"));
    /** Where toolchains that are no packages of the system are put: each in a folder that has a bin. */
    private static final List<Path> PARENTS = List.of(Path.of("/usr/local"), Path.of("/opt"), Path.of("/opt/java"),
            Path.of("/usr/lib/jvm"));
    private static final Pattern VERSION = Pattern.compile("\\d+(\\.\\d+)+");

    private final Sandboxed sandboxed;
    private final List<Path> folders;

    public Toolchains(Sandboxed sandboxed) {
        this.sandboxed = sandboxed;
        this.folders = folders();
    }

    /** Those of the languages that can run, in the same order. */
    public List<InstalledLanguage> find(List<Language> languages) throws InterruptedException {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Optional<InstalledLanguage>>> searches = languages.stream()
                    .<Callable<Optional<InstalledLanguage>>>map(language -> () -> find(language))
                    .toList();
            var found = new ArrayList<InstalledLanguage>();
            for (Future<Optional<InstalledLanguage>> search : threads.invokeAll(searches)) {
                search.get().ifPresent(found::add);
            }
            return found;
        } catch (ExecutionException failed) {
            throw new IllegalStateException("looking for languages failed", failed.getCause());
        }
    }

    private Optional<InstalledLanguage> find(Language language) throws InterruptedException {
        for (Path folder : folders) {
            Map<String, Path> paths = toolsIn(folder, language);
            if (paths.size() == language.tools().size()) {
                List<String> command = language.version()
                        .stream()
                        .map(word -> InstalledLanguage.fill(word, paths))
                        .toList();
                Optional<String> version = version(command, language.versionInput());
                if (version.isPresent()) {
                    return Optional.of(new InstalledLanguage(language, paths, version.get()));
                }
            }
        }
        return Optional.empty();
    }

    /** Tools of one language come from one folder: a compiler and a runtime of two versions don't go together. */
    private static Map<String, Path> toolsIn(Path folder, Language language) {
        Map<String, Path> paths = new HashMap<>();
        language.tools()
                .forEach((word, names) -> names.stream()
                        .map(folder::resolve)
                        .filter(Files::isExecutable)
                        .findFirst()
                        .ifPresent(path -> paths.put(word, path)));
        return paths;
    }

    private Optional<String> version(List<String> command, String stdin) throws InterruptedException {
        try {
            StageEnd end = sandboxed.probe(command, stdin);
            Matcher number = VERSION.matcher(end.result().stdout().content() + end.result().stderr().content());
            return end.verdict() == Verdict.OK && number.find() ? Optional.of(number.group()) : Optional.empty();
        } catch (RunnerFailure failed) {
            return Optional.empty();
        }
    }

    private static List<Path> folders() {
        var all = new ArrayList<Path>(FOLDERS);
        for (Path parent : PARENTS) {
            if (Files.isDirectory(parent)) {
                all.addAll(binFolders(parent));
            }
        }
        return all;
    }

    private static List<Path> binFolders(Path parent) {
        var all = new ArrayList<Path>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(parent)) {
            children.forEach(child -> all.add(child.resolve("bin")));
            return all;
        } catch (IOException unreadable) {
            return all;
        }
    }
}
