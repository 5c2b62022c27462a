package dev.penstock.worker.pool;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** How one HTTP exchange with the pool ended. */
public sealed interface Answer {
    /**
     * A complete answer.
     *
     * @param headers
     *            by lower-case name
     * @param body
     *            all of it, within the client's bound
     */
    @SuppressWarnings("ArrayRecordComponent") // read once, compared by nobody
    record Complete(int status, Map<String, String> headers, byte[] body) implements Answer {
        /** A wrong date, or two clocks far apart, must not put a job off for days, or a worker to sleep for hours. */
        private static final Duration LONGEST_RETRY_AFTER = Duration.ofMinutes(10);

        Optional<String> header(String name) {
            return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
        }

        boolean success() {
            return status >= 200 && status < 300;
        }

        /** {@code Retry-After}, as seconds or as a date from now on, ten minutes at most; anything else counts as absent. */
        Optional<Duration> retryAfter(Instant now) {
            return header("retry-after").map(String::strip)
                    .flatMap(text -> retryAfter(text, now))
                    .map(wait -> wait.compareTo(LONGEST_RETRY_AFTER) < 0 ? wait : LONGEST_RETRY_AFTER);
        }

        private static Optional<Duration> retryAfter(String text, Instant now) {
            if (text.matches("\\d{1,6}")) {
                return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
            }
            try {
                Instant then = DateTimeFormatter.RFC_1123_DATE_TIME.parse(text, Instant::from);
                return Optional.of(Duration.between(now, then)).filter(Duration::isPositive);
            } catch (DateTimeException notADate) {
                return Optional.empty();
            }
        }
    }

    /** No connection could be made: the request never left. */
    record NotSent(String reason) implements Answer {
    }

    /** We took the request back before it left. */
    record Withheld(String reason) implements Answer {
    }

    /** We had nothing to prove ourselves with: the request never left. */
    record NoToken(String reason) implements Answer {
    }

    /** The connection broke, or the deadline passed, or we cut the call, after the request had left. */
    record Broken(String reason) implements Answer {
    }

    /** The connection broke after the answer had begun. */
    record CutOff() implements Answer {
    }

    /** The answer was longer than any honest one; the rest was not read. */
    record Oversized(int limit) implements Answer {
    }
}
