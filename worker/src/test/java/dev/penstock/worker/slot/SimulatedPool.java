package dev.penstock.worker.slot;

import dev.penstock.worker.pool.PoolSessions;
import dev.penstock.worker.pool.SessionIdentifier;
import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A pool in a simulation, which sees to it that no two sessions live in one slot. Excused are those that were born late:
 * by a worker that was stalled after it had made sure of its lease, under an identifier that was no longer its slot's.
 */
final class SimulatedPool {
    private final Simulation simulation;
    private final SimulatedLedger ledger;
    private final Duration cooldown;
    private final Map<String, Session> live = new LinkedHashMap<>();
    private boolean deaf;
    private int born;
    private int late;
    private int followUps;
    private int peakOnTime;

    private static final class Session {
        final int slot;
        final boolean late;
        long busyUntil;
        long stopsAt = Long.MAX_VALUE;

        Session(int slot, boolean late) {
            this.slot = slot;
            this.late = late;
        }
    }

    SimulatedPool(Simulation simulation, SimulatedLedger ledger, Duration cooldown) {
        this.simulation = simulation;
        this.ledger = ledger;
        this.cooldown = cooldown;
    }

    /** While deaf it answers no stop and no look. */
    void deaf(boolean value) {
        deaf = value;
    }

    int live() {
        sweep();
        return live.size();
    }

    int born() {
        return born;
    }

    int bornLate() {
        return late;
    }

    /** How many requests came to a session that had run a program before. */
    int followUps() {
        return followUps;
    }

    int peakOnTime() {
        return peakOnTime;
    }

    /**
     * The arrival of a request.
     *
     * @param checkedAt
     *            when the machine last made sure of its lease
     * @return when the program ends
     */
    long arrive(Simulation.Machine machine, String identifier, Duration length, long checkedAt) {
        sweep();
        int slot = Integer.parseInt(identifier.split("-")[1]);
        if (live.containsKey(identifier)) {
            followUps++;
        }
        Session session = live.computeIfAbsent(identifier, _ -> bear(machine, identifier, slot, checkedAt));
        session.busyUntil = simulation.now().plus(length).toNanos();
        return session.busyUntil;
    }

    private Session bear(Simulation.Machine machine, String identifier, int slot, long checkedAt) {
        born++;
        boolean isLate = machine.stalledSince(checkedAt) && !ledger.current(slot, machine, identifier);
        if (isLate) {
            late++;
        } else {
            Set<Integer> slots = new HashSet<>(Set.of(slot));
            for (Session other : live.values()) {
                if (!other.late && !slots.add(other.slot)) {
                    throw new AssertionError("two sessions live in slot " + other.slot + " at " + simulation.now());
                }
            }
            peakOnTime = Math.max(peakOnTime, slots.size());
        }
        return new Session(slot, isLate);
    }

    PoolSessions sessions(Simulation.Machine machine) {
        return new PoolSessions() {
            @Override
            public boolean stop(SessionIdentifier session) {
                return machine.call(() -> stopped(session.value()));
            }

            @Override
            public Optional<List<SessionIdentifier>> list() {
                return machine.call(() -> {
                    sweep();
                    return deaf
                            ? Optional.empty()
                            : Optional.of(live.keySet().stream().map(SessionIdentifier::new).toList());
                });
            }

            @Override
            public boolean isGone(SessionIdentifier session) {
                return machine.call(() -> {
                    sweep();
                    return !deaf && !live.containsKey(session.value());
                });
            }
        };
    }

    /** Most stops take effect at once, some with a lag, some are promised and forgotten. */
    private boolean stopped(String identifier) {
        sweep();
        Session session = live.get(identifier);
        if (deaf || session == null) {
            return !deaf;
        }
        int fate = simulation.random().nextInt(20);
        if (fate < 14) {
            live.remove(identifier);
        } else if (fate < 19) {
            session.stopsAt = simulation.now().plusMillis(simulation.random().nextInt(60_000)).toNanos();
        }
        return true;
    }

    private void sweep() {
        long now = simulation.now().toNanos();
        Iterator<Session> each = live.values().iterator();
        while (each.hasNext()) {
            Session session = each.next();
            if (now >= session.stopsAt || now >= session.busyUntil + cooldown.toNanos()) {
                each.remove();
            }
        }
    }
}
