package dev.penstock.gateway.http;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The {@code Prefer} header (RFC 7240). What isn't understood is ignored, as the RFC says. */
final class Preferences {
    /** One preference: its name, perhaps a value, perhaps parameters of its own. Quoted text may hold anything. */
    private static final Pattern PREFERENCE = Pattern.compile("(?:[^,\"]|\"(?:[^\"\\\\]|\\\\.)*+\")++");
    private static final Pattern WAIT = Pattern.compile("\\s*wait\\s*=\\s*(?:(\\d+)|\"(\\d+)\")\\s*(?:;.*)?",
            Pattern.CASE_INSENSITIVE);
    /** Longer numbers mean more than any gateway grants. */
    private static final int MOST_DIGITS = 9;

    private Preferences() {}

    /** How long the caller wants to wait, never longer than that; empty when it doesn't. */
    static Optional<Duration> wait(List<String> headers, Duration longest) {
        for (String header : headers) {
            Matcher preferences = PREFERENCE.matcher(header);
            while (preferences.find()) {
                Matcher wait = WAIT.matcher(preferences.group());
                if (wait.matches()) {
                    return Optional.of(atMost(longest, wait.group(1) == null ? wait.group(2) : wait.group(1)));
                }
            }
        }
        return Optional.empty();
    }

    private static Duration atMost(Duration longest, String seconds) {
        String digits = seconds.replaceFirst("^0+(?=.)", "");
        if (digits.length() > MOST_DIGITS) {
            return longest;
        }
        Duration asked = Duration.ofSeconds(Long.parseLong(digits));
        return asked.compareTo(longest) < 0 ? asked : longest;
    }
}
