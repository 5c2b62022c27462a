package dev.penstock.configuration;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * Reads environment variables and reports all that is wrong with them at once. Ask for every setting first, then call
 * {@link #verify()}, then take the values:
 *
 * <pre>{@code
 * var settings = new Settings(System.getenv());
 * var port = settings.port("PENSTOCK_GATEWAY_PORT").or(8080);
 * settings.verify();
 * listen(port.get());
 * }</pre>
 *
 * Not thread safe. A variable set to the empty string counts as absent.
 */
public final class Settings {
    private final Map<String, String> environment;
    private final List<String> problems = new ArrayList<>();

    public Settings(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    /** Whether the variable is set to anything. */
    public boolean has(String name) {
        return !environment.getOrDefault(name, "").isBlank();
    }

    /** A setting of any type. */
    public <T> Setting<T> read(String name, Function<String, T> parser) {
        return new Setting<>(this, name, environment.getOrDefault(name, "").strip(), parser);
    }

    public Setting<String> text(String name) {
        return read(name, Function.identity());
    }

    public Setting<Boolean> flag(String name) {
        return read(name, text -> switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "1", "yes" -> true;
            case "false", "0", "no" -> false;
            default -> throw new IllegalArgumentException("must be true or false");
        });
    }

    /** A whole number within the bounds, both included. */
    public Setting<Integer> number(String name, int least, int most) {
        return read(name, text -> {
            String rule = "must be a whole number from " + least + " to " + most;
            try {
                int value = Integer.parseInt(text);
                if (value >= least && value <= most) {
                    return value;
                }
            } catch (NumberFormatException notANumber) {
                throw new IllegalArgumentException(rule, notANumber);
            }
            throw new IllegalArgumentException(rule);
        });
    }

    /** A TCP port to listen on; 0 takes a free one. */
    public Setting<Integer> port(String name) {
        return number(name, 0, 65_535);
    }

    /** An absolute http or https URL, without a trailing slash in what is returned. */
    public Setting<URI> url(String name) {
        return read(name, text -> {
            String rule = "must be an http or https URL with a host, such as http://127.0.0.1:8080";
            try {
                URI uri = URI.create(text.replaceAll("/+$", ""));
                if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                    return uri;
                }
            } catch (IllegalArgumentException notAUri) {
                throw new IllegalArgumentException(rule, notAUri);
            }
            throw new IllegalArgumentException(rule);
        });
    }

    /** A positive time such as {@code 250ms}, {@code 30s}, {@code 5m} or {@code 24h}; a bare number means seconds. */
    public Setting<Duration> duration(String name) {
        return read(name, Settings::parseDuration);
    }

    /** Notes a problem that only shows when several settings are looked at together. */
    public void problem(String sentence) {
        problems.add(sentence);
    }

    /**
     * To be called once all settings have been asked for and before any value is taken.
     *
     * @throws InvalidConfigurationException
     *             if any of them is missing or wrong; it names them all
     */
    public void verify() {
        if (!problems.isEmpty()) {
            throw new InvalidConfigurationException(problems);
        }
    }

    /**
     * A positive time as {@link #duration} reads it.
     *
     * @throws IllegalArgumentException
     *             saying what it must be
     */
    public static Duration parseDuration(String text) {
        String digits = text.replaceAll("[a-z]+$", "");
        String unit = text.substring(digits.length());
        try {
            long amount = Long.parseLong(digits);
            if (amount > 0) {
                return switch (unit) {
                    case "ms" -> Duration.ofMillis(amount);
                    case "", "s" -> Duration.ofSeconds(amount);
                    case "m" -> Duration.ofMinutes(amount);
                    case "h" -> Duration.ofHours(amount);
                    default -> throw new IllegalArgumentException("unknown unit " + unit);
                };
            }
        } catch (IllegalArgumentException | ArithmeticException notADuration) {
            throw new IllegalArgumentException("must be a time such as 250ms, 30s, 5m or 24h", notADuration);
        }
        throw new IllegalArgumentException("must be greater than 0");
    }
}
