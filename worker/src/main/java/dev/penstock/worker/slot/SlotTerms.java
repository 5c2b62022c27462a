package dev.penstock.worker.slot;

import java.time.Duration;
import java.util.Optional;

/**
 * On what terms slots are held and used.
 *
 * @param owner
 *            starts the identifier of every session: the deployment, and with a fixed share the worker's name, if it has
 *            one
 * @param leaseLength
 *            the lock duration of the ledger's queue
 * @param connectTimeout
 *            a request is started only while the lease outlives this with {@link #margin}
 * @param callTimeout
 *            longest that a program can still run after its call broke
 * @param cooldown
 *            how long the pool keeps an idle session
 * @param confirmTimeout
 *            how long a stopped session may take to be gone before its slot is parked
 * @param confirmInterval
 *            between two looks at a session that is being stopped
 * @param takeoverGrace
 *            between the two stops of a dead holder's session: it may only have been asleep
 * @param rotation
 *            how long a lease is kept before other workers get a turn; empty: for ever
 */
public record SlotTerms(String owner, Duration leaseLength, Duration connectTimeout, Duration callTimeout,
        Duration cooldown, Duration confirmTimeout, Duration confirmInterval, Duration takeoverGrace,
        Optional<Duration> rotation) {
    /** What a lease must have left beyond a request's own time. */
    Duration margin() {
        return leaseLength.dividedBy(10);
    }

    /** A request leaves within this time of the lease's last confirmation; on its way it may take as long again. */
    Duration sendWindow() {
        return takeoverGrace.dividedBy(2);
    }

    /** How long after its last use a session's place is free without any stop, with a margin for two clocks. */
    Duration idleEnd() {
        return cooldown.plus(cooldown.dividedBy(20));
    }
}
