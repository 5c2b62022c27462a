package dev.penstock.session.language;

import dev.penstock.contracts.LanguageRuntime;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A language whose tools are there and work in the sandbox.
 *
 * @param paths
 *            absolute path of each tool, by the word that stands for it
 */
public record InstalledLanguage(Language language, Map<String, Path> paths, String version) {
    public InstalledLanguage {
        paths = Map.copyOf(paths);
    }

    public LanguageRuntime runtime() {
        return new LanguageRuntime(language.name(), version, language.aliases());
    }

    /** Whether a request for that version means this one: the same, or its beginning ({@code 3} and {@code 3.11}). */
    public boolean satisfies(String wanted) {
        return wanted.equals("*") || version.equals(wanted) || version.startsWith(wanted + ".");
    }

    public boolean compiles() {
        return !language.compile().isEmpty();
    }

    /** The compile command for those files in that folder. */
    public List<String> compileCommand(Path work, List<String> files) {
        return expand(language.compile(), work, files);
    }

    /** The run command, without the program's arguments. */
    public List<String> runCommand(Path work, List<String> files) {
        return expand(language.run(), work, files);
    }

    private List<String> expand(List<String> template, Path work, List<String> files) {
        var command = new ArrayList<String>();
        for (String word : template) {
            if (word.equals("{sources}")) {
                String ending = ending(language.source());
                files.stream()
                        .filter(file -> file.endsWith(ending))
                        .map(file -> work.resolve(file).toString())
                        .forEach(command::add);
            } else {
                command.add(fill(word, work, files.getFirst()));
            }
        }
        return command;
    }

    private String fill(String word, Path work, String main) {
        String filled = fillTools(word, paths);
        return filled.replace("{main}", work.resolve(main).toString()).replace("{work}", work.toString());
    }

    /** The word with each tool's path in place. */
    public static String fillTools(String word, Map<String, Path> paths) {
        String filled = word;
        for (var tool : paths.entrySet()) {
            filled = filled.replace("{" + tool.getKey() + "}", tool.getValue().toString());
        }
        return filled;
    }

    private static String ending(String file) {
        return file.substring(file.lastIndexOf('.'));
    }
}
