package dev.penstock.worker.slot;

import dev.penstock.configuration.Settings;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** How this worker comes by its slots. */
public sealed interface SlotsConfig {
    /** More leases than this on one connection come too near to the 255 links at which Azure ends them all. */
    int MOST_LEASES = 200;

    /** {@link Shared#poolMax()} until Azure Resource Manager has told it. */
    int UNKNOWN = 0;

    /** The most that this worker can hold. */
    int most();

    /** The most that it can hold whatever the pool's maximum becomes. */
    int mostEver();

    /**
     * A share of the pool for this worker alone.
     *
     * @param worker
     *            what its sessions are known by, also after a restart; nobody knows them without it
     */
    record Fixed(int slots, Optional<String> worker) implements SlotsConfig {
        @Override
        public int most() {
            return slots;
        }

        @Override
        public int mostEver() {
            return slots;
        }
    }

    /**
     * All workers share the pool through the ledger.
     *
     * @param poolMax
     *            how many sessions the pool admits, or {@link #UNKNOWN}
     * @param headroom
     *            how many of them no worker uses: they absorb what a stalled worker may add
     * @param mostHere
     *            how many slots this worker holds at most
     * @param leaseLength
     *            the lock duration that the {@code slots} queue is set up with
     * @param rotation
     *            how long a lease is kept before other workers get a turn
     * @param takeoverGrace
     *            between the two stops of a dead worker's session
     */
    record Shared(int poolMax, int headroom, int mostHere, Duration leaseLength, Duration rotation,
            Duration takeoverGrace) implements SlotsConfig {
        /** How many slots all workers have together. */
        public int slots() {
            return poolMax - headroom;
        }

        @Override
        public int most() {
            return Math.min(mostHere, slots());
        }

        @Override
        public int mostEver() {
            return mostHere;
        }

        /** The same for a pool of that size. */
        public Shared withPoolMax(int max) {
            return new Shared(max, headroom, mostHere, leaseLength, rotation, takeoverGrace);
        }
    }

    /** Asks for the settings; a fixed share, where one is set, wins over the ledger. Take the value after {@link Settings#verify()}. */
    static Supplier<SlotsConfig> from(Settings settings) {
        var fixed = settings.number("PENSTOCK_SLOTS", 1, 1000).optional();
        var poolMax = settings.number("PENSTOCK_POOL_MAX_SESSIONS", 1, 10_000).optional();
        var headroom = settings.number("PENSTOCK_POOL_HEADROOM", 0, 1000).or(1);
        var most = settings.number("PENSTOCK_WORKER_MAX_SLOTS", 1, MOST_LEASES).or(MOST_LEASES);
        var lease = settings.duration("PENSTOCK_SLOT_LOCK").or(Duration.ofSeconds(30));
        var rotation = settings.duration("PENSTOCK_SLOT_ROTATION").or(Duration.ofMinutes(2));
        var grace = settings.duration("PENSTOCK_TAKEOVER_GRACE").or(Duration.ofSeconds(2));
        var name = settings.read("PENSTOCK_WORKER_NAME", SlotsConfig::workerName).optional();
        if (fixed.get().isEmpty() && poolMax.get().isEmpty() && !settings.has("PENSTOCK_POOL_RESOURCE")) {
            settings.problem("set PENSTOCK_POOL_MAX_SESSIONS (the pool's maximum, which all workers share by the slot"
                    + " ledger), PENSTOCK_POOL_RESOURCE (where Azure tells it) or PENSTOCK_SLOTS (a fixed share of it for"
                    + " this worker alone)");
        }
        if (fixed.get().isEmpty() && poolMax.get().isPresent() && poolMax.get().get() <= headroom.get()) {
            settings.problem(
                    "PENSTOCK_POOL_MAX_SESSIONS must be greater than PENSTOCK_POOL_HEADROOM, which is 1 unless set");
        }
        return () -> fixed.get()
                .<SlotsConfig>map(slots -> new Fixed(slots, name.get()))
                .orElseGet(() -> new Shared(poolMax.get().orElse(UNKNOWN), headroom.get(), most.get(), lease.get(),
                        rotation.get(), grace.get()));
    }

    private static String workerName(String text) {
        if (!text.matches("[A-Za-z0-9]{1,40}")) {
            throw new IllegalArgumentException("must be 1 to 40 of [A-Za-z0-9]");
        }
        return text;
    }
}
