package dev.penstock.gateway.store;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The telling of one end, with its attempts.
 *
 * @param id
 *            the same for all attempts; receivers tell repetitions by it
 * @param ownerId
 *            the job or batch
 * @param attempts
 *            made so far, of all rounds
 * @param tries
 *            made in this round; a replay starts a new one
 * @param dueAt
 *            when the next attempt is to be made, while the state is pending
 * @param url
 *            empty when it led to the tenant's default and there is none any more
 * @param secrets
 *            encrypted
 */
@SuppressWarnings("ArrayRecordComponent") // read once, compared by nobody
public record Delivery(String id, String ownerId, String tenant, State state, int attempts, int tries, Instant dueAt,
        Instant createdAt, Optional<String> url, byte[] secrets, List<Attempt> log) {
    public Delivery {
        log = List.copyOf(log);
    }

    /** Whether more attempts follow. */
    public enum State {
        PENDING,
        /** The receiver said 2xx. */
        DELIVERED,
        /** The schedule is over. */
        FAILED,
        /** The receiver said 410: it wants no more. */
        STOPPED;

        static State of(String name) {
            return valueOf(name.toUpperCase(Locale.ROOT));
        }
    }

    /**
     * One attempt.
     *
     * @param status
     *            what the receiver answered; {@code null} if nothing
     * @param error
     *            why there was no answer, for people
     */
    public record Attempt(int attempt, Instant at, long durationMs, @Nullable Integer status, @Nullable String error) {
    }
}
