package dev.penstock.session.language;

import dev.penstock.contracts.LanguageRuntime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A language whose tools are there and work in the sandbox.
 *
 * @param paths
 *            absolute path of each tool, by the word that stands for it
 */
public record InstalledLanguage(Language language, Map<String, Path> paths, String version) {
    /** Of the memory limit: the rest is for the runtime itself. */
    private static final double HEAP_SHARE = 0.7;
    /** Of its heap: what a runtime that ran out of it has had at the least. Anybody can print its last words. */
    private static final double NEARLY_ALL = 0.6;
    /** What {@code stdbuf} of coreutils works by; its command would have to be started first. */
    private static final Optional<String> LINE_BUFFERING = Stream
            .of("/usr/libexec/coreutils/libstdbuf.so", "/usr/lib/coreutils/libstdbuf.so")
            .filter(library -> Files.isReadable(Path.of(library)))
            .findFirst();
    private static final Pattern PLACE = Pattern.compile("\\{(\\w+)}");

    public InstalledLanguage {
        paths = Map.copyOf(paths);
    }

    /**
     * Where and with what a command is to work. Names stay strings: as paths they would have to be encodable in the
     * locale of this process.
     *
     * @param work
     *            the work folder
     * @param temp
     *            the folder for temporary files
     * @param files
     *            names in the work folder; the first is the one that is started
     * @param main
     *            what that one holds
     * @param memoryBytes
     *            the memory limit
     */
    public record Place(String work, String temp, List<String> files, String main, long memoryBytes) {
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

    /**
     * Whether the runtime ended because its heap was full, before the limit was seen to be passed.
     *
     * @param lastWords
     *            the end of what it printed on stderr
     * @param peakBytes
     *            what it was measured to use at the most; {@code null} where nobody measures
     */
    public boolean diedOfMemory(String lastWords, @Nullable Long peakBytes, long memoryBytes) {
        return peakBytes != null && peakBytes >= NEARLY_ALL * heapMib(memoryBytes) * (1 << 20)
                && language.saysOutOfMemory(lastWords);
    }

    private static long heapMib(long memoryBytes) {
        return Math.max(8, (long) (memoryBytes * HEAP_SHARE) >> 20);
    }

    /** What the language adds to a program's environment. */
    public Map<String, String> environment(Place place) {
        var filled = new HashMap<String, String>();
        language.environment().forEach((name, value) -> filled.put(name, fill(value, place)));
        return filled;
    }

    /** The same while it runs: compilers need none of it. */
    public Map<String, String> runEnvironment(Place place) {
        Map<String, String> all = environment(place);
        if (language.lineBuffered()) {
            LINE_BUFFERING.ifPresent(library -> {
                all.put("LD_PRELOAD", library);
                all.put("_STDBUF_O", "L");
            });
        }
        return all;
    }

    private List<String> expand(List<String> template, Place place) {
        var command = new ArrayList<String>();
        for (String word : template) {
            switch (word) {
                case "{sources}" -> sources(place.files, place).forEach(command::add);
                case "{others}" -> sources(place.files.subList(1, place.files.size()), place).forEach(command::add);
                default -> command.add(fill(word, place));
            }
        }
        return command;
    }

    private Stream<String> sources(List<String> files, Place place) {
        return files.stream()
                .filter(file -> language.endings().stream().anyMatch(file::endsWith))
                .map(file -> place.work + "/" + file);
    }

    private String fill(String word, Place place) {
        Map<String, Object> values = new HashMap<>(paths);
        values.put("main", place.work + "/" + place.files.getFirst());
        values.put("work", place.work);
        values.put("temp", place.temp);
        values.put("class", language.packageOf(place.main).map(name -> name + ".").orElse("") + place.stem());
        values.put("heapMib", heapMib(place.memoryBytes));
        return fill(word, values);
    }

    /** The word with each value in its place, in one pass: what a file is called must not be taken for a place. */
    public static String fill(String word, Map<String, ?> values) {
        return PLACE.matcher(word)
                .replaceAll(place -> Matcher.quoteReplacement(
                        String.valueOf(
                                values.containsKey(place.group(1)) ? values.get(place.group(1)) : place.group())));
    }
}
