package dev.penstock.worker.slot;

import dev.penstock.worker.events.WorkerEvents;
import dev.penstock.worker.pool.SessionIdentifier;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * The sessions that follow one another in a held slot: one at a time, each named in the slot's record before it is used,
 * each ended before the next. Its steps run one after the other.
 */
final class SlotSessions {
    /** So many identifiers are written at once. A takeover ends each of them, twice. */
    private static final int WRITTEN_AT_ONCE = 4;

    private final KeptLease lease;
    private final SlotTerms terms;
    private final SessionEnd sessions;
    private final Time time;
    private final WorkerEvents events;
    private final BooleanSupplier goingOn;
    /** In the record, and used by no request yet. */
    private final ArrayDeque<SessionIdentifier> reserve = new ArrayDeque<>();
    private boolean endsAtOnce = true;

    /**
     * The sessions of a slot whose lease was just accepted.
     *
     * @param goingOn
     *            whether waiting for a session's end is still worth it
     */
    SlotSessions(KeptLease lease, HeldSlot.Holding holding, BooleanSupplier goingOn) {
        this.lease = lease;
        this.terms = holding.terms();
        this.sessions = holding.sessions();
        this.time = holding.time();
        this.events = holding.events();
        this.goingOn = goingOn;
    }

    /**
     * Ends what the last holder left alive, twice: it may only be asleep, and call once more when it wakes.
     *
     * @param suspectStrays
     *            told when it left anything
     * @return whether the slot's place is free; {@code false} only when not going on
     */
    boolean takenOver(Runnable suspectStrays) throws InterruptedException {
        Optional<SlotRecord> left = lease.read();
        if (left.isEmpty()) {
            return true;
        }
        events.tookOver(lease.slot());
        suspectStrays.run();
        Instant freeAt = left.get().freeAt();
        Duration freeIn = freeAt == null ? longestLife() : shorter(Duration.between(time.instant(), freeAt));
        if (!sessions.await(left.get().sessions(), freeIn, goingOn)) {
            return false;
        }
        time.sleep(terms.takeoverGrace());
        return sessions.await(left.get().sessions(), terms.idleEnd(), goingOn);
    }

    /** A program that runs on, and then the cooldown. */
    private Duration longestLife() {
        return terms.callTimeout().plus(terms.idleEnd());
    }

    /** Whoever wrote the record may have a clock that is hours ahead. */
    private Duration shorter(Duration freeIn) {
        return freeIn.compareTo(longestLife()) < 0 ? freeIn : longestLife();
    }

    /** The next session's identifier; the record names it already. */
    SessionIdentifier next() throws InterruptedException {
        if (reserve.isEmpty()) {
            List<SessionIdentifier> fresh = Stream
                    .generate(() -> SessionIdentifier.fresh(terms.owner(), lease.slot()))
                    .limit(WRITTEN_AT_ONCE)
                    .toList();
            lease.write(SlotRecord.inUse(fresh));
            reserve.addAll(fresh);
        }
        return reserve.remove();
    }

    /** Whether the last session's end was seen at the first look, so that the next one's may be counted on. */
    boolean endsAtOnce() {
        return endsAtOnce;
    }

    /**
     * Ends the session of a job that is done with its slot.
     *
     * @param parked
     *            told when the pool doesn't confirm the end, and the slot waits until it must have come
     * @return whether its place is free; {@code false} only when not going on
     */
    boolean ended(Slot slot, Runnable parked) throws InterruptedException {
        Duration freeIn = slot.unfinished() ? longestLife() : terms.idleEnd();
        Instant freeAt = time.instant().plus(freeIn);
        long began = time.nanos();
        boolean confirmed = sessions.confirmed(slot.session());
        endsAtOnce = confirmed && time.nanos() - began < terms.confirmInterval().toNanos();
        if (confirmed) {
            return true;
        }
        parked.run();
        events.slotParked(slot.session(), freeIn);
        reserve.clear();
        lease.write(SlotRecord.parked(slot.session(), freeAt));
        return sessions.await(List.of(slot.session()), Duration.between(time.instant(), freeAt), goingOn);
    }

    /** Ends a session that may have been born after the slot was lost: nothing waits for its place. */
    void endQuickly(Slot slot) throws InterruptedException {
        if (slot.used()) {
            sessions.confirmed(slot.session());
        }
    }
}
