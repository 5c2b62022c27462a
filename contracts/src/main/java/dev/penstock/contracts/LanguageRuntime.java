package dev.penstock.contracts;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A language that a pool can run.
 *
 * @param aliases
 *            other names that mean the same
 */
public record LanguageRuntime(String language, String version, List<String> aliases) {
    /** Oldest first; of one language. */
    public static final Comparator<LanguageRuntime> BY_VERSION = Comparator.comparing(LanguageRuntime::version,
            VersionRange::compare);

    public LanguageRuntime {
        Objects.requireNonNull(language, "language");
        Objects.requireNonNull(version, "version");
        aliases = List.copyOf(Objects.requireNonNullElse(aliases, List.of()));
    }

    /** Whether that name, in any case, means this runtime. */
    public boolean answersTo(String name) {
        return language.equalsIgnoreCase(name) || aliases.stream().anyMatch(name::equalsIgnoreCase);
    }

    /**
     * Whether this is a version that was asked for.
     *
     * @param wanted
     *            as {@link VersionRange} reads it; {@code null}: any
     */
    public boolean satisfies(@Nullable String wanted) {
        return wanted == null || new VersionRange(wanted).contains(version);
    }
}
