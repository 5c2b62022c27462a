package dev.penstock.gateway.webhooks;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * When to try again.
 *
 * @param pauses
 *            after each try but the last; each is taken up to a fifth shorter or longer
 */
record RetrySchedule(List<Duration> pauses) {
    private static final Duration LONGEST = Duration.ofHours(24);
    private static final double JITTER = 0.2;
    private static final Duration FIRST_BOUNCE = Duration.ofSeconds(3);
    /** 3 s, doubled so often, are a little more than three minutes. */
    private static final int MOST_DOUBLINGS = 6;

    RetrySchedule {
        pauses = List.copyOf(pauses);
    }

    /** Whether no try follows the next one. */
    boolean nextIsLast(int tries) {
        return tries >= pauses.size();
    }

    /**
     * The pause before the next try; empty when there is none.
     *
     * @param tries
     *            made so far, at least 1
     * @param retryAfter
     *            what the receiver asked for; zero if nothing
     */
    Optional<Duration> next(int tries, Duration retryAfter, RandomGenerator random) {
        if (tries > pauses.size()) {
            return Optional.empty();
        }
        double factor = 1 - JITTER + 2 * JITTER * random.nextDouble();
        Duration pause = Duration.ofMillis((long) (pauses.get(tries - 1).toMillis() * factor));
        Duration asked = retryAfter.compareTo(LONGEST) < 0 ? retryAfter : LONGEST;
        return Optional.of(asked.compareTo(pause) > 0 ? asked : pause);
    }

    /** How long an attempt is put off for which there was no room, again and again for longer, so as to cost ever less. */
    static Duration whileBusy(int bounces, RandomGenerator random) {
        long most = FIRST_BOUNCE.toMillis() << Math.min(bounces, MOST_DOUBLINGS);
        return Duration.ofMillis(random.nextLong(most / 2, most + 1));
    }
}
