package dev.penstock.worker.slot;

import dev.penstock.worker.events.WorkerEvents;
import dev.penstock.worker.pool.Cut;
import dev.penstock.worker.pool.SessionIdentifier;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One slot while this worker holds its lease:
 *
 * <pre>
 *                 ┌──────── session ended ◀── release ───────┐
 *                 ▼                                          │
 * take over ─▶ put up (new identifier in the record) ─▶ free ─▶ lent
 *     │           │                                      │     │
 *     └───────────┴──── leave (clean record) or lost ◀───┴─────┘
 * </pre>
 *
 * Steps that wait run on threads of their own; the state is guarded by this object and never while waiting.
 */
final class HeldSlot {
    private enum State {
        /** Not to be had: something is being ended or written. */
        PREPARING,
        /** Among the free slots, or lent to a job. */
        OFFERED, OVER
    }

    private final Lease lease;
    private final Fence fence;
    private final SlotTerms terms;
    private final SessionEnd sessions;
    private final FreeSlots free;
    private final Time time;
    private final Executor threads;
    private final WorkerEvents events;
    private final Runnable suspectStrays;
    private final Consumer<HeldSlot> ended;
    private final long rotateAt;
    private State state = State.PREPARING;
    private @Nullable Slot offered;
    private @Nullable Cut running;
    /** The session now offered or lent. */
    private @Nullable SessionIdentifier current;
    private boolean leaving;
    private boolean retiring;

    /** What every held slot works with. */
    record Holding(SlotTerms terms, SessionEnd sessions, FreeSlots free, Time time, Executor threads,
            WorkerEvents events, Runnable suspectStrays) {
    }

    /**
     * A slot whose lease was just accepted and renewed.
     *
     * @param rotateAfter
     *            how long the lease is kept before another worker gets a turn
     * @param ended
     *            called once, when the lease is given up or lost
     */
    HeldSlot(Lease lease, Fence fence, Holding holding, Duration rotateAfter, Consumer<HeldSlot> ended) {
        this.lease = lease;
        this.fence = fence;
        this.terms = holding.terms();
        this.sessions = holding.sessions();
        this.free = holding.free();
        this.time = holding.time();
        this.threads = holding.threads();
        this.events = holding.events();
        this.suspectStrays = holding.suspectStrays();
        this.ended = ended;
        this.rotateAt = time.nanos() + rotateAfter.toNanos();
    }

    int number() {
        return lease.slot();
    }

    /** Starts the life of the slot: its renewing, the watch over it, and the way to being free. */
    void start() {
        threads.execute(() -> quietly(this::keepRenewing));
        threads.execute(() -> quietly(this::watch));
        threads.execute(() -> quietly(this::prepare));
    }

    /**
     * Whether a request may be started now; from then on the cut ends it with the lease. Asks the ledger unless it
     * confirmed the lease a moment ago: a request that leaves within half the takeover's grace arrives before the slot is
     * used by another.
     */
    boolean mayStart(Cut cut) {
        synchronized (this) {
            running = cut;
        }
        cut.onlyWhile(() -> fence.covers(terms.margin()) && fence.confirmedWithin(terms.sendWindow()));
        if (!fence.confirmedWithin(terms.sendWindow().dividedBy(2))) {
            try {
                renew();
            } catch (IllegalStateException | LeaseLostException unconfirmed) {
                return false;
            }
        }
        return fence.covers(terms.connectTimeout().plus(terms.margin()));
    }

    /** The job in the slot is done with it. */
    void released(Slot slot) {
        threads.execute(() -> quietly(() -> afterJob(slot)));
    }

    /**
     * Gives the lease up as soon as no job is in the slot.
     *
     * @param forGood
     *            takes the slot out of the ledger
     */
    void leave(boolean forGood) {
        Slot withdrawn;
        synchronized (this) {
            leaving = true;
            retiring |= forGood;
            withdrawn = state == State.OFFERED ? offered : null;
        }
        if (withdrawn != null && free.remove(withdrawn)) {
            threads.execute(() -> quietly(this::giveUp));
        }
    }

    /**
     * Whether a session with this slot's number must have been left behind: the lease is confirmed to be ours, and the
     * session isn't.
     */
    boolean disowns(SessionIdentifier session) {
        synchronized (this) {
            if (state == State.OVER || session.equals(current)) {
                return false;
            }
        }
        try {
            renew();
            return fence.covers(terms.margin());
        } catch (IllegalStateException | LeaseLostException unconfirmed) {
            return false;
        }
    }

    private void prepare() throws InterruptedException {
        Optional<SlotRecord> left = patiently(lease::read);
        if (left.isEmpty() || takeOver(left.get())) {
            putUp();
        } else {
            abandon();
        }
    }

    /** Ends what the last holder left alive, twice: it may only be asleep, and call once more when it wakes. */
    private boolean takeOver(SlotRecord left) throws InterruptedException {
        events.tookOver(lease.slot());
        suspectStrays.run();
        Instant freeAt = left.freeAt();
        Duration freeIn = freeAt == null
                ? terms.callTimeout().plus(terms.idleEnd())
                : Duration.between(time.instant(), freeAt);
        if (!sessions.await(left.session(), freeIn, this::goingOn)) {
            return false;
        }
        time.sleep(terms.takeoverGrace());
        return sessions.await(left.session(), terms.idleEnd(), this::goingOn);
    }

    private void putUp() throws InterruptedException {
        if (isLeaving()) {
            giveUp();
            return;
        }
        SessionIdentifier fresh = SessionIdentifier.fresh(terms.deployment(), lease.slot());
        synchronized (this) {
            current = fresh;
        }
        patiently(() -> {
            lease.write(Optional.of(SlotRecord.inUse(fresh)));
            return true;
        });
        offer(fresh);
    }

    private void offer(SessionIdentifier session) {
        Slot slot = new Slot(this, session);
        synchronized (this) {
            if (state == State.OVER) {
                return;
            }
            state = State.OFFERED;
            offered = slot;
        }
        free.add(slot);
        synchronized (this) {
            if (state != State.OVER && !leaving) {
                return;
            }
        }
        // The lease ended, or was to be given up, in the very moment of the offer.
        if (free.remove(slot)) {
            giveUp();
        }
    }

    private void afterJob(Slot slot) throws InterruptedException {
        boolean over;
        synchronized (this) {
            over = state == State.OVER;
            state = over ? State.OVER : State.PREPARING;
            running = null;
        }
        if (over) {
            // The last request may have left after the session was stopped for the lost lease.
            endQuickly(slot);
        } else if (!slot.used()) {
            offer(slot.session());
        } else if (ended(slot)) {
            putUp();
        } else {
            abandon();
        }
    }

    private boolean ended(Slot slot) throws InterruptedException {
        Duration freeIn = slot.unfinished() ? terms.callTimeout().plus(terms.idleEnd()) : terms.idleEnd();
        Instant freeAt = time.instant().plus(freeIn);
        if (sessions.confirmed(slot.session())) {
            return true;
        }
        events.slotParked(freeIn);
        patiently(() -> {
            lease.write(Optional.of(new SlotRecord(slot.session(), freeAt)));
            return true;
        });
        return sessions.await(slot.session(), Duration.between(time.instant(), freeAt), this::goingOn);
    }

    private void keepRenewing() throws InterruptedException {
        Duration pause = terms.leaseLength().dividedBy(3);
        while (!isOver()) {
            time.sleep(pause);
            if (isOver()) {
                return;
            }
            try {
                renew();
                pause = terms.leaseLength().dividedBy(3);
            } catch (IllegalStateException failed) {
                pause = terms.leaseLength().dividedBy(30);
            }
        }
    }

    private void renew() {
        long sent = time.nanos();
        lease.renew();
        fence.extendFrom(sent);
    }

    /** Ends the slot's use in time when it can't be renewed, and gives it up when it is another worker's turn. */
    private void watch() throws InterruptedException {
        while (!isOver()) {
            Duration left = fence.left().minus(terms.margin());
            if (left.isNegative()) {
                lost();
                return;
            }
            Duration turn = Duration.ofNanos(rotateAt - time.nanos());
            if (turn.isNegative()) {
                leave(false);
                time.sleep(left.plusMillis(1));
            } else {
                time.sleep((turn.compareTo(left) < 0 ? turn : left).plusMillis(1));
            }
        }
    }

    private void giveUp() {
        try {
            if (isRetiring()) {
                lease.retire();
            } else {
                lease.write(Optional.empty());
            }
        } catch (IllegalStateException unwritten) {
            // The record stays: the next holder looks for a session that is gone already.
        }
        abandon();
    }

    /** Gives the lease up with its record as it is: the next holder ends what may be alive. */
    private void abandon() {
        synchronized (this) {
            if (state == State.OVER) {
                return;
            }
            state = State.OVER;
        }
        fence.takeDown();
        lease.close();
        ended.accept(this);
    }

    private void lost() throws InterruptedException {
        Slot last;
        Cut call;
        synchronized (this) {
            if (state == State.OVER) {
                return;
            }
            state = State.OVER;
            last = offered;
            call = running;
        }
        fence.takeDown();
        if (call != null) {
            call.now("the slot's lease was lost");
        }
        events.leaseLost(lease.slot());
        lease.close();
        ended.accept(this);
        if (last != null && !free.remove(last)) {
            endQuickly(last);
        }
    }

    private void endQuickly(Slot slot) throws InterruptedException {
        if (slot.used()) {
            sessions.confirmed(slot.session());
        }
    }

    /** Tries again while the lease is ours. */
    private <T> T patiently(Supplier<T> step) throws InterruptedException {
        while (true) {
            try {
                return step.get();
            } catch (IllegalStateException failed) {
                if (!fence.covers(Duration.ZERO)) {
                    throw new LeaseLostException("the lease ended while the ledger could not be reached");
                }
                time.sleep(terms.leaseLength().dividedBy(30));
            }
        }
    }

    private interface Step {
        void run() throws InterruptedException;
    }

    private void quietly(Step step) {
        try {
            try {
                step.run();
            } catch (LeaseLostException gone) {
                lost();
            } catch (RuntimeException unexpected) {
                events.slotFailed(unexpected);
                lost();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether waiting for a session's end is still worth it: not when the lease is over or the worker wants to go. */
    private synchronized boolean goingOn() {
        return state != State.OVER && (!leaving || retiring);
    }

    private synchronized boolean isOver() {
        return state == State.OVER;
    }

    private synchronized boolean isLeaving() {
        return leaving;
    }

    private synchronized boolean isRetiring() {
        return retiring;
    }
}
