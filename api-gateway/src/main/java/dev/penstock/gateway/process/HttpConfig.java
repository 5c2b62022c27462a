package dev.penstock.gateway.process;

import dev.penstock.configuration.Settings;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Settings of the HTTP side as such.
 *
 * @param corsOrigins
 *            of web pages that may read answers, as browsers write them, or {@code *} for all; empty: none
 * @param maxConnections
 *            at the same time; more are closed at once
 * @param idleTimeout
 *            within which a connection must bring a whole request head, from its opening or its last answer on
 * @param drainDelay
 *            between being unready and taking no more requests, so that whoever balances load can notice
 * @param heartbeat
 *            between two signs of life on a stream
 */
public record HttpConfig(Set<String> corsOrigins, int maxConnections, Duration idleTimeout, Duration drainDelay,
        Duration heartbeat) {
    private static final Pattern ORIGIN = Pattern.compile("https?://([a-z0-9.-]+|\\[[0-9a-f:.]+])(:\\d{1,5})?");

    public HttpConfig {
        corsOrigins = Set.copyOf(corsOrigins);
    }

    /** Reads {@code PENSTOCK_*} variables; ask for the result only after {@link Settings#verify}. */
    static Supplier<HttpConfig> read(Settings settings) {
        var origins = settings.read("PENSTOCK_CORS_ORIGINS", HttpConfig::origins).or(Set.of());
        var connections = settings.number("PENSTOCK_MAX_CONNECTIONS", 1, 1_000_000).or(25_000);
        var idle = settings.duration("PENSTOCK_IDLE_TIMEOUT").or(Duration.ofSeconds(60));
        var drain = settings.duration("PENSTOCK_DRAIN_DELAY").or(Duration.ZERO);
        var heartbeat = settings.duration("PENSTOCK_HEARTBEAT").or(Duration.ofSeconds(15));
        return () -> new HttpConfig(origins.get(), connections.get(), idle.get(), drain.get(), heartbeat.get());
    }

    private static Set<String> origins(String list) {
        Set<String> origins = Arrays.stream(list.toLowerCase(Locale.ROOT).split(","))
                .map(String::strip)
                .filter(origin -> !origin.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
        if (!origins.equals(Set.of("*")) && !origins.stream().allMatch(origin -> ORIGIN.matcher(origin).matches())) {
            throw new IllegalArgumentException(
                    "must be origins such as https://app.example.com with commas between, without paths; or * alone");
        }
        return origins;
    }
}
