package dev.penstock.configuration;

import java.util.List;

/** Everything that is wrong with a process's settings. */
public final class InvalidConfigurationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    public InvalidConfigurationException(List<String> problems) {
        super(String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    /** One sentence each; none holds a value, since it may be a secret. */
    public List<String> problems() {
        return problems;
    }
}
