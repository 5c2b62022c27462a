package dev.penstock.worker.slot;

import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

/**
 * Slots that belong to this worker alone, by configuration: there is no ledger, so nothing is remembered of them. What
 * a killed worker leaves alive in the pool holds its places until their cooldown ends, or until a worker of the same name
 * starts.
 */
public final class FixedLeases implements LeaseSource {
    /** In practice for ever, and short of the monotonic clock's end. */
    public static final Duration LENGTH = Duration.ofDays(36_500);

    private final Queue<Integer> unheld = new ConcurrentLinkedQueue<>();
    private final boolean named;

    /**
     * A share of that many slots.
     *
     * @param named
     *            whether identifiers hold a name that is this worker's alone
     */
    public FixedLeases(int slots, boolean named) {
        this.named = named;
        IntStream.range(0, slots).forEach(unheld::add);
    }

    @Override
    public Optional<Lease> accept() {
        return Optional.ofNullable(unheld.poll()).map(FixedLease::new);
    }

    @Override
    public void seed(int slots) {
        // They are there from the start.
    }

    @Override
    public boolean tellsOwners() {
        return named;
    }

    private final class FixedLease implements Lease {
        private final int slot;

        FixedLease(int slot) {
            this.slot = slot;
        }

        @Override
        public int slot() {
            return slot;
        }

        @Override
        public Optional<SlotRecord> read() {
            return Optional.empty();
        }

        @Override
        public void write(Optional<SlotRecord> record) {
            // Nobody will take this slot over.
        }

        @Override
        public void renew() {
            // Ours for ever.
        }

        @Override
        public void retire() {
            // The configuration alone says what slots there are.
        }

        @Override
        public void close() {
            unheld.add(slot);
        }
    }
}
