package dev.penstock.gateway.webhooks;

import dev.penstock.gateway.store.Delivery;
import dev.penstock.gateway.store.Delivery.Attempt;
import dev.penstock.gateway.store.Delivery.State;
import dev.penstock.gateway.webhooks.WebhookClient.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What follows from an attempt.
 *
 * @param pause
 *            before the next one; empty when none follows
 */
record Conclusion(State state, Optional<Duration> pause, Attempt entry) {
    private static final int GONE = 410;

    /** Of an attempt that was made: 2xx is success, 410 ends it, everything else is tried again. */
    static Conclusion of(Outcome.Tried outcome, Delivery delivery, Instant start, Instant end, RetrySchedule schedule,
            RandomGenerator random) {
        long took = Duration.between(start, end).toMillis();
        int attempt = delivery.attempts() + 1;
        return switch (outcome) {
            case Outcome.Answered(int status, _) when isSuccess(status) ->
                new Conclusion(State.DELIVERED, Optional.empty(), new Attempt(attempt, start, took, status, null));
            case Outcome.Answered(int status, _) when status == GONE ->
                new Conclusion(State.STOPPED, Optional.empty(), new Attempt(attempt, start, took, status, null));
            case Outcome.Answered(int status, Duration retryAfter) ->
                failed(new Attempt(attempt, start, took, status, null), delivery, retryAfter, schedule, random);
            case Outcome.Unanswered(String reason) ->
                failed(new Attempt(attempt, start, took, null, reason), delivery, Duration.ZERO, schedule, random);
        };
    }

    /** Of an attempt that was spared, since others to the same endpoint keep failing: it counts as one that failed. */
    static Conclusion spared(Delivery delivery, Instant now, RetrySchedule schedule, RandomGenerator random) {
        return failed(notMade(delivery, now, "not tried: attempts at this endpoint keep failing"), delivery,
                Duration.ZERO, schedule, random);
    }

    /** Of an attempt that can't be signed, now or later. */
    static Conclusion unreadableSecrets(Delivery delivery, Instant now) {
        return new Conclusion(State.FAILED, Optional.empty(),
                notMade(delivery, now, "not tried: the gateway's key was changed and the secrets can't be read"));
    }

    /** Whether the receiver works, be it that it wants no more. */
    boolean receiverWorks() {
        return state == State.DELIVERED || state == State.STOPPED;
    }

    private static Attempt notMade(Delivery delivery, Instant now, @Nullable String why) {
        return new Attempt(delivery.attempts() + 1, now, 0, null, why);
    }

    private static Conclusion failed(Attempt entry, Delivery delivery, Duration retryAfter, RetrySchedule schedule,
            RandomGenerator random) {
        Optional<Duration> pause = schedule.next(delivery.tries() + 1, retryAfter, random);
        return new Conclusion(pause.isPresent() ? State.PENDING : State.FAILED, pause, entry);
    }

    private static boolean isSuccess(int status) {
        return status >= 200 && status < 300;
    }
}
