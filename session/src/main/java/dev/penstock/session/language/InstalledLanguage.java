package dev.penstock.session.language;

import dev.penstock.contracts.LanguageRuntime;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A language whose tools are there and work in the sandbox.
 *
 * @param paths
 *            absolute path of each tool, by the word that stands for it
 */
public record InstalledLanguage(Language language, Map<String, Path> paths, String version) {
    /** Of the memory limit: the rest is for the runtime itself. */
    private static final double HEAP_SHARE = 0.7;

    public InstalledLanguage {
        paths = Map.copyOf(paths);
    }

    /**
     * Where and with what a command is to work. Names stay strings: as paths they would have to be encodable in the
     * locale of this process.
     *
     * @param work
     *            the work folder
     * @param files
     *            names in it; the first is the one that is started
     * @param memoryBytes
     *            the memory limit
     */
    public record Place(String work, List<String> files, long memoryBytes) {
        public Place {
            files = List.copyOf(files);
        }

        private String stem() {
            String name = files.getFirst().substring(files.getFirst().lastIndexOf('/') + 1);
            return name.contains(".") ? name.substring(0, name.lastIndexOf('.')) : name;
        }
    }

    public LanguageRuntime runtime() {
        return new LanguageRuntime(language.name(), version, language.aliases());
    }

    public boolean compiles() {
        return !language.compile().isEmpty();
    }

    public List<String> compileCommand(Place place) {
        return expand(language.compile(), place);
    }

    /** The run command, without the program's arguments. */
    public List<String> runCommand(Place place) {
        return expand(language.run(), place);
    }

    /** What the language adds to a program's environment. */
    public Map<String, String> environment(Place place) {
        var filled = new HashMap<String, String>();
        language.environment().forEach((name, value) -> filled.put(name, fill(value, place)));
        return filled;
    }

    private List<String> expand(List<String> template, Place place) {
        var command = new ArrayList<String>();
        for (String word : template) {
            if (word.equals("{sources}")) {
                place.files.stream()
                        .filter(file -> language.endings().stream().anyMatch(file::endsWith))
                        .map(file -> place.work + "/" + file)
                        .forEach(command::add);
            } else {
                command.add(fill(word, place));
            }
        }
        return command;
    }

    private String fill(String word, Place place) {
        return fillTools(word, paths).replace("{main}", place.work + "/" + place.files.getFirst())
                .replace("{work}", place.work)
                .replace("{stem}", place.stem())
                .replace("{heapMib}", Long.toString(Math.max(8, (long) (place.memoryBytes * HEAP_SHARE) >> 20)));
    }

    /** The word with each tool's path in place. */
    public static String fillTools(String word, Map<String, Path> paths) {
        String filled = word;
        for (var tool : paths.entrySet()) {
            filled = filled.replace("{" + tool.getKey() + "}", tool.getValue().toString());
        }
        return filled;
    }
}
