package dev.penstock.gateway.http;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The {@code Prefer} header (RFC 7240). What isn't understood is ignored, as the RFC says. */
final class Preferences {
    private static final Pattern WAIT = Pattern.compile("wait\\s*=\\s*\"?(\\d{1,9})\"?");

    private Preferences() {}

    /** How long the caller wants to wait, never longer than that; empty when it doesn't. */
    static Optional<Duration> wait(List<String> headers, Duration longest) {
        for (String header : headers) {
            for (String preference : header.split(",")) {
                Matcher wait = WAIT.matcher(preference.strip().toLowerCase(Locale.ROOT));
                if (wait.matches()) {
                    Duration asked = Duration.ofSeconds(Long.parseLong(wait.group(1)));
                    return Optional.of(asked.compareTo(longest) < 0 ? asked : longest);
                }
            }
        }
        return Optional.empty();
    }
}
