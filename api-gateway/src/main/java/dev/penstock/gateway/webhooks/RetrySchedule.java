package dev.penstock.gateway.webhooks;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** When to try again: after 5 s, 30 s, 5 min, 30 min and 2 h, each up to a fifth sooner or later. */
final class RetrySchedule {
    private static final List<Duration> PAUSES = List.of(Duration.ofSeconds(5), Duration.ofSeconds(30),
            Duration.ofMinutes(5), Duration.ofMinutes(30), Duration.ofHours(2));
    private static final Duration LONGEST = Duration.ofHours(24);
    private static final double JITTER = 0.2;

    private RetrySchedule() {}

    /**
     * The pause before the next try; empty when there is none.
     *
     * @param tries
     *            made so far, at least 1
     * @param retryAfter
     *            what the receiver asked for; zero if nothing
     */
    static Optional<Duration> next(int tries, Duration retryAfter, RandomGenerator random) {
        if (tries > PAUSES.size()) {
            return Optional.empty();
        }
        double factor = 1 - JITTER + 2 * JITTER * random.nextDouble();
        Duration pause = Duration.ofMillis((long) (PAUSES.get(tries - 1).toMillis() * factor));
        Duration asked = retryAfter.compareTo(LONGEST) < 0 ? retryAfter : LONGEST;
        return Optional.of(asked.compareTo(pause) > 0 ? asked : pause);
    }
}
