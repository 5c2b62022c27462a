package dev.penstock.worker.slot;

import java.time.Duration;

/**
 * Until when a lease is certainly ours, reckoned on the monotonic clock from before each renewal was sent. Thread safe.
 */
final class Fence {
    private final Time time;
    private final Duration length;
    private volatile long confirmedAt;
    private volatile boolean down;

    /** Stands from the moment before the lease was asked for. */
    Fence(Time time, Duration length, long askedAt) {
        this.time = time;
        this.length = length;
        this.confirmedAt = askedAt;
    }

    /** The lease was renewed by a request sent at that time; of two at once the later counts, whichever ends first. */
    synchronized void extendFrom(long sentAt) {
        if (sentAt - confirmedAt > 0) {
            confirmedAt = sentAt;
        }
    }

    /** The lease is over, whatever the clock says. */
    void takeDown() {
        down = true;
    }

    /** Whether the lease is ours for that much longer. */
    boolean covers(Duration ahead) {
        return !down && left().compareTo(ahead) > 0;
    }

    /**
     * Whether the ledger said so recently. A broker that cuts our connection may lend the slot to another at once, long
     * before the lease ends by the clock, and we only see it at the next renewal.
     */
    boolean confirmedWithin(Duration recently) {
        return !down && time.nanos() - confirmedAt <= recently.toNanos();
    }

    /** How long the lease is still ours; not positive when it is over. */
    Duration left() {
        return length.minusNanos(time.nanos() - confirmedAt);
    }
}
