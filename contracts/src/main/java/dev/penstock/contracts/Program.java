package dev.penstock.contracts;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What to run.
 *
 * @param language
 *            a runtime's name or alias, lower case
 * @param version
 *            of the runtime; {@code null} takes what the pool has
 * @param files
 *            at least one; the first is the one that is started
 * @param stdin
 *            text given to the program; empty when it gets none
 * @param args
 *            the program's arguments, without its own name
 */
public record Program(String language, @Nullable String version, List<SourceFile> files, String stdin,
        List<String> args, Limits limits) {
    public Program {
        Objects.requireNonNull(language, "language");
        files = List.copyOf(files);
        if (files.isEmpty()) {
            throw new IllegalArgumentException("files must hold at least one file");
        }
        stdin = Objects.requireNonNullElse(stdin, "");
        args = List.copyOf(Objects.requireNonNullElse(args, List.of()));
        limits = Objects.requireNonNullElse(limits, Limits.NONE);
    }

    /** This program with another input. */
    public Program withStdin(String text) {
        return new Program(language, version, files, text, args, limits);
    }

    /** This program with other limits. */
    public Program withLimits(Limits other) {
        return new Program(language, version, files, stdin, args, other);
    }
}
