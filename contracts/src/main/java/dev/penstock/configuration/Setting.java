package dev.penstock.configuration;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One setting that was asked for. Say what happens when it is absent ({@link #or}, {@link #required}, {@link #optional}),
 * and take the value from the supplier after {@link Settings#verify()}.
 */
public final class Setting<T> {
    private final Settings settings;
    private final String name;
    private final String text;
    private final Function<String, T> parser;

    Setting(Settings settings, String name, String text, Function<String, T> parser) {
        this.settings = settings;
        this.name = name;
        this.text = text;
        this.parser = parser;
    }

    /** The value, or the default when absent. */
    public Supplier<T> or(T absent) {
        Optional<T> value = parse();
        return () -> value.orElse(absent);
    }

    /** The value, or empty when absent. */
    public Supplier<Optional<T>> optional() {
        Optional<T> value = parse();
        return () -> value;
    }

    /**
     * The value; its absence is a problem.
     *
     * @param meaning
     *            what it is for, as the end of "… is missing: set it to"
     */
    public Supplier<T> required(String meaning) {
        if (text.isEmpty()) {
            settings.problem(name + " is missing: set it to " + meaning);
        }
        Optional<T> value = parse();
        return value::orElseThrow;
    }

    /** The text itself stays out of the problem: it may be a secret. */
    private Optional<T> parse() {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(parser.apply(text));
        } catch (IllegalArgumentException wrong) {
            settings.problem(name + " " + wrong.getMessage());
            return Optional.empty();
        }
    }
}
