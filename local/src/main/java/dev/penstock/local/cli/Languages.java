package dev.penstock.local.cli;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Which language a file is in, by the end of its name. The pool has the last word on what it can run. */
final class Languages {
    private static final Map<String, String> BY_EXTENSION = Map.ofEntries(Map.entry("py", "python"),
            Map.entry("js", "javascript"), Map.entry("mjs", "javascript"), Map.entry("cjs", "javascript"),
            Map.entry("ts", "typescript"), Map.entry("mts", "typescript"), Map.entry("sh", "bash"),
            Map.entry("bash", "bash"), Map.entry("c", "c"), Map.entry("cc", "c++"), Map.entry("cpp", "c++"),
            Map.entry("cxx", "c++"), Map.entry("java", "java"), Map.entry("rs", "rust"), Map.entry("go", "go"),
            Map.entry("rb", "ruby"), Map.entry("php", "php"), Map.entry("pl", "perl"), Map.entry("lua", "lua"),
            Map.entry("tcl", "tcl"));

    private Languages() {}

    static Optional<String> of(Path file) {
        String name = file.getFileName().toString();
        String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return Optional.ofNullable(BY_EXTENSION.get(extension));
    }
}
