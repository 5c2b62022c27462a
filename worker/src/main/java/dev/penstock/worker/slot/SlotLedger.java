package dev.penstock.worker.slot;

import dev.penstock.worker.events.WorkerEvents;
import dev.penstock.worker.pool.PoolSessions;
import dev.penstock.worker.pool.SessionIdentifier;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/**
 * Holds as many of the pool's slots as it can get and puts them up for jobs (decision 6). Any number of workers may do
 * so at once: a slot has one holder, and a dead holder's slot goes to another, who ends what it left.
 */
public final class SlotLedger {
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration SEED_INTERVAL = Duration.ofMinutes(5);
    private static final Duration SEED_LOOK = Duration.ofSeconds(1);
    private static final Duration HURRIED = Duration.ofSeconds(2);
    private static final Duration NEVER = Duration.ofDays(36_500);

    private final LeaseSource source;
    private final SlotTerms terms;
    private final HeldSlot.Holding holding;
    private final Time time;
    private final Executor threads;
    private final WorkerEvents events;
    private final RandomGenerator random;
    private final List<HeldSlot> held = new CopyOnWriteArrayList<>();
    private final int most;
    private final Strays strays;
    /** What fails just now. */
    private final Set<Step> failing = ConcurrentHashMap.newKeySet();
    private volatile int slots;
    private volatile boolean answered;
    private volatile boolean standingBy;
    private volatile boolean closing;

    /** What the ledger works with besides its source. */
    public record Surroundings(PoolSessions sessions, FreeSlots free, Time time, Executor threads, WorkerEvents events,
            RandomGenerator random) {
    }

    /**
     * A ledger that holds nothing yet.
     *
     * @param slots
     *            how many slots all workers have together: 0 to slots-1
     * @param most
     *            how many of them this worker holds at most
     */
    public SlotLedger(LeaseSource source, int slots, int most, SlotTerms terms, Surroundings with) {
        this.source = source;
        this.slots = slots;
        this.most = most;
        this.terms = terms;
        this.time = with.time();
        this.threads = with.threads();
        this.events = with.events();
        this.random = with.random();
        this.strays = new Strays(with.sessions(), this::isStray, terms, time, events);
        this.holding = new HeldSlot.Holding(terms, new SessionEnd(with.sessions(), terms, time), with.free(), time,
                threads, events, strays::suspect);
    }

    /** Begins to take slots; returns at once. */
    public void start() {
        threads.execute(() -> untilClosed(this::acceptNext));
        threads.execute(() -> untilClosed(this::seed));
        if (source.tellsOwners()) {
            threads.execute(() -> untilClosed(strays::lookOnce));
        }
    }

    /** Why slots can't be had just now, as a sentence for operators; empty while they can, or others hold them all. */
    public Optional<String> objection() {
        if (!failing.isEmpty()) {
            return Optional.of("the slot ledger can't be reached, or its queue is none with sessions");
        }
        return answered ? Optional.empty() : Optional.of("the slot ledger has not answered yet");
    }

    /**
     * While standing by, holds one slot to try the pool with and leaves the others to whoever can use them. To be called
     * now and then: slots in use are given up when they are free.
     */
    public void standBy(boolean only) {
        standingBy = only;
        if (only) {
            long kept = held.stream().filter(HeldSlot::serves).count();
            for (HeldSlot slot : held) {
                if (kept > 1 && slot.leaveIfFree()) {
                    kept--;
                }
            }
        }
    }

    /** Something lives in the pool that shouldn't: have a look soon. */
    public void suspectStrays() {
        strays.suspect();
    }

    /** How many slots this worker holds. */
    public int held() {
        return held.size();
    }

    /** From now on there are that many slots in all; those above are retired by whoever holds them. */
    public void resize(int newSlots) {
        slots = newSlots;
        held.stream().filter(slot -> slot.number() >= newSlots).forEach(slot -> slot.leave(true));
    }

    /** Takes no more slots and gives up those that it holds, each as soon as no job is in it. */
    public void leave() {
        closing = true;
        held.forEach(slot -> slot.leave(false));
    }

    /**
     * As {@link #leave}, and waits for their sessions to end.
     *
     * @param hurried
     *            asked now and then; once it is so, there are only moments left
     * @return whether all were given up in time; what is left is for whoever takes the slots over
     */
    public boolean close(Duration deadline, BooleanSupplier hurried) throws InterruptedException {
        long began = time.nanos();
        while (true) {
            leave();
            if (held.isEmpty()) {
                return true;
            }
            Duration patience = hurried.getAsBoolean() && deadline.compareTo(HURRIED) > 0 ? HURRIED : deadline;
            if (time.nanos() - began >= patience.toNanos()) {
                return false;
            }
            time.sleep(POLL);
        }
    }

    private void acceptNext() throws InterruptedException {
        if (held.size() >= (standingBy ? 1 : most)) {
            time.sleep(POLL);
            return;
        }
        Optional<Lease> accepted = source.accept();
        answered = true;
        if (accepted.isPresent()) {
            hold(accepted.get());
        }
    }

    private void hold(Lease lease) {
        long asked = time.nanos();
        try {
            lease.renew();
        } catch (IllegalStateException | LeaseLostException unusable) {
            lease.close();
            return;
        }
        if (closing) {
            lease.close();
            return;
        }
        Fence fence = new Fence(time, terms.leaseLength(), asked);
        HeldSlot slot = new HeldSlot(new KeptLease(lease, fence, terms, time, rotateAfter()), holding, this::ended);
        held.add(slot);
        if (lease.slot() >= slots) {
            slot.leave(true);
        }
        slot.start();
    }

    private void ended(HeldSlot slot) {
        held.remove(slot);
    }

    /** Spread out, so that leases taken together aren't given up together. */
    private Duration rotateAfter() {
        return terms.rotation()
                .map(whole -> whole.dividedBy(2).plusNanos(random.nextLong(whole.toNanos() / 2 + 1)))
                .orElse(NEVER);
    }

    private void seed() throws InterruptedException {
        int seeded = slots;
        source.seed(seeded);
        long end = time.nanos() + SEED_INTERVAL.toNanos();
        while (slots == seeded && time.nanos() < end && !closing) {
            time.sleep(SEED_LOOK);
        }
    }

    private boolean isStray(SessionIdentifier session, int slot) {
        List<HeldSlot> holders = held.stream().filter(ours -> ours.number() == slot).toList();
        return holders.isEmpty()
                ? slot >= slots
                : holders.stream().allMatch(holder -> holder.disowns(session));
    }

    interface Step {
        void run() throws InterruptedException;
    }

    /** Repeats the step; an unreachable ledger is waited for. */
    private void untilClosed(Step step) {
        try {
            while (!closing) {
                try {
                    step.run();
                    failing.remove(step);
                } catch (RuntimeException failed) {
                    failing.add(step);
                    events.ledgerFailed(failed);
                    time.sleep(terms.leaseLength().dividedBy(10));
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
