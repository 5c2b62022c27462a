package dev.penstock.worker.slot;

import dev.penstock.worker.events.WorkerEvents;
import dev.penstock.worker.pool.Cut;
import dev.penstock.worker.pool.SessionIdentifier;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One slot while this worker holds its lease:
 *
 * <pre>
 *                 ┌──────── session ended ◀── release ───────┐
 *                 ▼                                          │
 * take over ─▶ put up (next identifier of the record) ─▶ free ─▶ lent
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

    private final KeptLease lease;
    private final SlotSessions sessions;
    private final FreeSlots free;
    private final Executor threads;
    private final WorkerEvents events;
    private final Runnable suspectStrays;
    private final Consumer<HeldSlot> ended;
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
     * A slot whose lease was just accepted.
     *
     * @param ended
     *            called once, when the lease is given up or lost
     */
    HeldSlot(KeptLease lease, Holding holding, Consumer<HeldSlot> ended) {
        this.lease = lease;
        this.sessions = new SlotSessions(lease, holding, this::goingOn);
        this.free = holding.free();
        this.threads = holding.threads();
        this.events = holding.events();
        this.suspectStrays = holding.suspectStrays();
        this.ended = ended;
    }

    int number() {
        return lease.slot();
    }

    /** Starts the life of the slot: its renewing, the watch over it, and the way to being free. */
    void start() {
        threads.execute(() -> quietly(() -> lease.keepRenewing(this::isOver)));
        threads.execute(() -> quietly(() -> lease.watch(this::isOver, () -> leave(false))));
        threads.execute(() -> quietly(this::prepare));
    }

    /** Whether a request may be started now; from then on the cut ends it with the lease. */
    boolean mayStart(Cut cut) {
        synchronized (this) {
            running = cut;
        }
        cut.onlyWhile(lease::allowsSending);
        return lease.allowsStart();
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

    /** Whether it is free or in use, and not to be given up. */
    synchronized boolean serves() {
        return state == State.OFFERED && !leaving;
    }

    /** Gives the lease up if no job is in the slot; whether it does. */
    boolean leaveIfFree() {
        Slot withdrawn;
        synchronized (this) {
            withdrawn = state == State.OFFERED ? offered : null;
        }
        if (withdrawn == null || !free.remove(withdrawn)) {
            return false;
        }
        synchronized (this) {
            leaving = true;
        }
        threads.execute(() -> quietly(this::giveUp));
        return true;
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
        return lease.renewed();
    }

    private void prepare() throws InterruptedException {
        if (sessions.takenOver(suspectStrays)) {
            putUp();
        } else {
            abandon();
        }
    }

    private void putUp() throws InterruptedException {
        if (isLeaving()) {
            giveUp();
            return;
        }
        SessionIdentifier next = sessions.next();
        synchronized (this) {
            current = next;
        }
        offer(next);
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
            sessions.endQuickly(slot);
        } else if (!slot.used()) {
            offer(slot.session());
        } else {
            afterSession(slot);
        }
    }

    /** While the session ends, the next job comes and the lease is confirmed for it. */
    private void afterSession(Slot slot) throws InterruptedException {
        if (sessions.endsAtOnce() && !isLeaving()) {
            free.expect(this);
            threads.execute(lease::confirmAhead);
        }
        try {
            if (sessions.ended(slot, () -> free.unexpect(this))) {
                putUp();
            } else {
                abandon();
            }
        } finally {
            free.unexpect(this);
        }
    }

    private void giveUp() {
        over(() -> lease.giveUp(isRetiring()));
    }

    /** Leaves the record as it is: the next holder ends what may be alive. */
    private void abandon() {
        over(lease::abandon);
    }

    /** Whether it was not over before. */
    private boolean over(Runnable end) {
        synchronized (this) {
            if (state == State.OVER) {
                return false;
            }
            state = State.OVER;
        }
        end.run();
        ended.accept(this);
        return true;
    }

    private void lost() throws InterruptedException {
        Slot last;
        Cut call;
        synchronized (this) {
            last = offered;
            call = running;
        }
        boolean first = over(() -> {
            if (call != null) {
                call.now("the slot's lease was lost");
            }
            events.leaseLost(lease.slot());
            lease.abandon();
        });
        if (first && last != null && !free.remove(last)) {
            sessions.endQuickly(last);
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
