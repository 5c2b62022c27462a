package dev.penstock.worker.slot;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The slots queue in a simulation: sessions with a lock each, fenced by their holder's link. */
final class SimulatedLedger {
    private static final Duration POLL = Duration.ofSeconds(1);

    private final Simulation simulation;
    private final Duration leaseLength;
    private final TreeMap<Integer, Entry> slots = new TreeMap<>();
    /** How many of a thousand operations fail for now, half of them after they took effect. */
    private int failing;

    private static final class Entry {
        @Nullable
        SimulatedLease holder;
        long lockedUntil;
        Optional<SlotRecord> record = Optional.empty();
    }

    SimulatedLedger(Simulation simulation, Duration leaseLength) {
        this.simulation = simulation;
        this.leaseLength = leaseLength;
    }

    void failing(int perMille) {
        failing = perMille;
    }

    int size() {
        return slots.size();
    }

    /** Whether that machine holds the slot now and the slot's record names that session. */
    boolean current(int slot, Simulation.Machine machine, String session) {
        Entry entry = slots.get(slot);
        return entry != null && entry.holder != null && entry.holder.machine == machine && locked(entry)
                && entry.record.stream()
                        .flatMap(record -> record.sessions().stream())
                        .anyMatch(named -> named.value().equals(session));
    }

    /** The slots that some living machine holds. */
    List<Integer> heldByTheLiving() {
        List<Integer> held = new ArrayList<>();
        slots.forEach((slot, entry) -> {
            if (entry.holder != null && locked(entry) && !entry.holder.machine.dead()) {
                held.add(slot);
            }
        });
        return held;
    }

    /** The connection of a killed machine is gone; sometimes the broker only finds out when the locks end. */
    void disconnected(Simulation.Machine machine) {
        if (simulation.random().nextInt(3) > 0) {
            slots.values()
                    .stream()
                    .filter(entry -> entry.holder != null && entry.holder.machine == machine)
                    .forEach(entry -> entry.holder = null);
        }
    }

    /** The holder's lock is gone for no reason that it could see. */
    void dropLock(int slot) {
        Entry entry = slots.get(slot);
        if (entry != null) {
            entry.holder = null;
        }
    }

    LeaseSource source(Simulation.Machine machine) {
        return new LeaseSource() {
            @Override
            public Optional<Lease> accept() {
                Optional<Lease> lease = machine.call(() -> grant(machine));
                for (int poll = 0; poll < 5 && lease.isEmpty(); poll++) {
                    machine.sleep(POLL);
                    lease = machine.call(() -> grant(machine));
                }
                return lease;
            }

            @Override
            public boolean tellsOwners() {
                return true;
            }

            @Override
            public void seed(int count) {
                machine.call(() -> {
                    for (int slot = 0; slot < count; slot++) {
                        slots.computeIfAbsent(slot, _ -> new Entry());
                    }
                    return true;
                });
            }
        };
    }

    private Optional<Lease> grant(Simulation.Machine machine) {
        maybeFail();
        List<Integer> free = new ArrayList<>();
        slots.forEach((slot, entry) -> {
            if (!locked(entry)) {
                free.add(slot);
            }
        });
        if (free.isEmpty()) {
            return Optional.empty();
        }
        int slot = free.get(simulation.random().nextInt(free.size()));
        SimulatedLease lease = new SimulatedLease(machine, slot);
        Entry entry = Objects.requireNonNull(slots.get(slot));
        entry.holder = lease;
        entry.lockedUntil = simulation.now().plus(leaseLength).toNanos();
        return Optional.of(lease);
    }

    private boolean locked(Entry entry) {
        return entry.holder != null && entry.lockedUntil > simulation.now().toNanos();
    }

    private void maybeFail() {
        if (simulation.random().nextInt(1000) < failing) {
            throw new IllegalStateException("the broker can't be reached");
        }
    }

    private final class SimulatedLease implements Lease {
        private final Simulation.Machine machine;
        private final int slot;

        SimulatedLease(Simulation.Machine machine, int slot) {
            this.machine = machine;
            this.slot = slot;
        }

        @Override
        public int slot() {
            return slot;
        }

        @Override
        public Optional<SlotRecord> read() {
            return machine.call(() -> mine().record);
        }

        @Override
        public void write(Optional<SlotRecord> record) {
            machine.call(() -> {
                maybeFail();
                mine().record = record;
                maybeFail();
                return true;
            });
        }

        @Override
        public void renew() {
            machine.call(() -> {
                maybeFail();
                mine().lockedUntil = simulation.now().plus(leaseLength).toNanos();
                maybeFail();
                return true;
            });
        }

        @Override
        public void retire() {
            machine.call(() -> {
                mine();
                return slots.remove(slot);
            });
        }

        @Override
        public void close() {
            machine.call(() -> {
                Entry entry = slots.get(slot);
                if (entry != null && entry.holder == this) {
                    entry.holder = null;
                }
                return true;
            });
        }

        private Entry mine() {
            Entry entry = slots.get(slot);
            if (entry == null || entry.holder != this || !locked(entry)) {
                throw new LeaseLostException("somebody else's");
            }
            return entry;
        }
    }
}
