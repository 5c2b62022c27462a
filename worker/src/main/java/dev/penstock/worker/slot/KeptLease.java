package dev.penstock.worker.slot;

import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * A lease that is renewed for as long as it is wanted, and the fence that knows how long it is certainly ours. What
 * fails for a while is tried again while the lease lasts. Thread safe.
 */
final class KeptLease {
    /** A confirmation that came too slowly is worth nothing; so often it is asked for before a request is given up. */
    private static final int CONFIRMATIONS = 3;

    private final Lease lease;
    private final Fence fence;
    private final SlotTerms terms;
    private final Time time;
    private final long rotateAt;

    /**
     * A lease that was just accepted and renewed.
     *
     * @param rotateAfter
     *            how long it is kept before another worker gets a turn
     */
    KeptLease(Lease lease, Fence fence, SlotTerms terms, Time time, Duration rotateAfter) {
        this.lease = lease;
        this.fence = fence;
        this.terms = terms;
        this.time = time;
        this.rotateAt = time.nanos() + rotateAfter.toNanos();
    }

    int slot() {
        return lease.slot();
    }

    Optional<SlotRecord> read() throws InterruptedException {
        return patiently(lease::read);
    }

    void write(SlotRecord record) throws InterruptedException {
        patiently(() -> {
            lease.write(Optional.of(record));
            return true;
        });
    }

    /** Whether a request may be started: asks the ledger unless it confirmed the lease a moment ago. */
    boolean allowsStart() {
        return (fence.confirmedWithin(terms.sendWindow().dividedBy(2)) || renewed())
                && fence.covers(terms.connectTimeout().plus(terms.margin()));
    }

    /**
     * Whether a request may leave now: asks the ledger unless it confirmed the lease lately. A request that leaves within
     * half the takeover's grace after a confirmation arrives before the slot is used by another. That goes for each one:
     * a session that was stopped for us would be born again by the next request under its identifier.
     */
    boolean allowsSending() {
        for (int asked = 0; asked < CONFIRMATIONS && !mayLeave() && fence.covers(terms.margin()); asked++) {
            renewed();
        }
        return mayLeave();
    }

    private boolean mayLeave() {
        return fence.covers(terms.margin()) && fence.confirmedWithin(terms.sendWindow());
    }

    /** Asks the ledger, unless it confirmed the lease just now, so that a start that follows needn't. */
    void confirmAhead() {
        if (!fence.confirmedWithin(terms.sendWindow().dividedBy(4))) {
            renewed();
        }
    }

    /** Asks the ledger whether the lease is ours. */
    boolean renewed() {
        try {
            renew();
            return fence.covers(terms.margin());
        } catch (IllegalStateException | LeaseLostException unconfirmed) {
            return false;
        }
    }

    /**
     * Renews until it is over; blocks its thread.
     *
     * @throws LeaseLostException
     *             when the ledger says that the lease is gone
     */
    void keepRenewing(BooleanSupplier over) throws InterruptedException {
        Duration pause = terms.leaseLength().dividedBy(3);
        while (!over.getAsBoolean()) {
            time.sleep(pause);
            if (over.getAsBoolean()) {
                return;
            }
            try {
                renew();
                pause = terms.leaseLength().dividedBy(3);
            } catch (IllegalStateException failed) {
                pause = retryPause();
            }
        }
    }

    /**
     * Watches the lease until it is over; blocks its thread.
     *
     * @param turn
     *            what to do when it is another worker's turn; may run more than once
     * @throws LeaseLostException
     *             when the lease ends by the clock
     */
    void watch(BooleanSupplier over, Runnable turn) throws InterruptedException {
        while (!over.getAsBoolean()) {
            Duration left = fence.left().minus(terms.margin());
            if (left.isNegative()) {
                throw new LeaseLostException("the lease could not be renewed in time");
            }
            Duration untilTurn = Duration.ofNanos(rotateAt - time.nanos());
            if (untilTurn.isNegative()) {
                turn.run();
                untilTurn = left;
            }
            time.sleep((untilTurn.compareTo(left) < 0 ? untilTurn : left).plusMillis(1));
        }
    }

    /** Leaves the slot clean, or takes it out of the ledger; then gives the lease up. */
    void giveUp(boolean forGood) {
        try {
            if (forGood) {
                lease.retire();
            } else {
                lease.write(Optional.empty());
            }
        } catch (IllegalStateException | LeaseLostException unwritten) {
            // The record stays: the next holder looks for a session that is gone already.
        }
        abandon();
    }

    /** Gives the lease up with its record as it is. */
    void abandon() {
        fence.takeDown();
        lease.close();
    }

    private void renew() {
        long sent = time.nanos();
        lease.renew();
        fence.extendFrom(sent);
    }

    private <T> T patiently(Supplier<T> step) throws InterruptedException {
        while (true) {
            try {
                return step.get();
            } catch (IllegalStateException failed) {
                if (!fence.covers(Duration.ZERO)) {
                    throw new LeaseLostException("the lease ended while the ledger could not be reached");
                }
                time.sleep(retryPause());
            }
        }
    }

    private Duration retryPause() {
        return terms.leaseLength().dividedBy(30);
    }
}
