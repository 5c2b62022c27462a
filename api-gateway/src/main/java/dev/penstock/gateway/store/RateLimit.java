package dev.penstock.gateway.store;

import dev.penstock.configuration.Settings;
import java.time.Duration;

/**
 * How many jobs may be submitted in which time.
 *
 * @param jobs
 *            at least 1
 * @param window
 *            at least a millisecond
 */
public record RateLimit(int jobs, Duration window) {
    /** No limit at all. */
    public static final RateLimit NONE = new RateLimit(Integer.MAX_VALUE, Duration.ofMillis(1));

    private static final String NONE_TEXT = "none";
    private static final String RULE = "must be a number of jobs and a time, such as 100/10s, or none";

    /**
     * Reads {@code 100/10s} or {@code none}.
     *
     * @throws IllegalArgumentException
     *             saying what it must be
     */
    public static RateLimit parse(String text) {
        if (text.equals(NONE_TEXT)) {
            return NONE;
        }
        String[] parts = text.split("/", -1);
        if (parts.length != 2 || !parts[0].matches("[1-9]\\d{0,8}")) {
            throw new IllegalArgumentException(RULE);
        }
        try {
            return new RateLimit(Integer.parseInt(parts[0]), Settings.parseDuration(parts[1]));
        } catch (IllegalArgumentException noTime) {
            throw new IllegalArgumentException(RULE, noTime);
        }
    }

    public boolean unlimited() {
        return equals(NONE);
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        if (unlimited()) {
            return NONE_TEXT;
        }
        long milliseconds = window.toMillis();
        return jobs + "/" + (milliseconds % 1_000 == 0 ? milliseconds / 1_000 + "s" : milliseconds + "ms");
    }
}
