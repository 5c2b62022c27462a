package dev.penstock.worker;

import dev.penstock.contracts.LanguageRuntime;
import dev.penstock.contracts.Reply;
import dev.penstock.worker.events.WorkerEvents;
import dev.penstock.worker.pool.Cut;
import dev.penstock.worker.pool.PoolClient;
import dev.penstock.worker.pool.SessionIdentifier;
import dev.penstock.worker.slot.FreeSlots;
import dev.penstock.worker.slot.Slot;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Knows what the pool can run and tells the gateway at start and now and then (decision 15). At start a free slot's
 * session is asked; from then on the sessions of jobs are, before they are ended, so that asking costs no slot.
 */
final class Runtimes implements AutoCloseable {
    /** How long the first slot may take to come; other workers may hold them all, and have told. */
    private static final Duration FIRST_SLOT = Duration.ofSeconds(2);

    private final PoolClient pool;
    private final FreeSlots free;
    private final Outbox outbox;
    private final WorkerEvents events;
    private final Duration interval;
    private final String worker = UUID.randomUUID().toString();
    private final AtomicLong askedAt = new AtomicLong();
    private final AtomicLong announcements = new AtomicLong();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile List<LanguageRuntime> known = List.of();

    Runtimes(PoolClient pool, FreeSlots free, Outbox outbox, Duration interval, WorkerEvents events) {
        this.pool = pool;
        this.free = free;
        this.outbox = outbox;
        this.interval = interval;
        this.events = events;
    }

    /** Asks once, before any job is taken; when that fails, the first jobs' sessions are asked. */
    void askAtStart() {
        try {
            free.takeWithin(FIRST_SLOT).ifPresent(this::askIn);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void askIn(Slot slot) {
        Cut cut = new Cut();
        try {
            ask(() -> slot.use(cut), cut);
        } finally {
            if (!cut.anythingSent()) {
                slot.neverUsed();
            }
            slot.release();
        }
    }

    /** Asks the session in which a program just ran, when it is time to. */
    void refreshThrough(SessionIdentifier session, Cut cut) {
        long last = askedAt.get();
        long now = System.nanoTime();
        boolean due = known.isEmpty() || now - last > interval.toNanos();
        if (due && askedAt.compareAndSet(last, now)) {
            ask(() -> Optional.of(session), cut);
        }
    }

    /** Announces what is known, every interval, until closed; blocks its thread. */
    void keepAnnouncing() {
        try {
            while (!closed.await(interval.toNanos(), TimeUnit.NANOSECONDS)) {
                announce();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed.countDown();
    }

    private void ask(Supplier<Optional<SessionIdentifier>> session, Cut cut) {
        Optional<List<LanguageRuntime>> answer = pool.runtimes(session, cut);
        askedAt.set(System.nanoTime());
        if (answer.isEmpty()) {
            events.runtimesUnknown();
        } else if (!answer.get().equals(known)) {
            known = answer.get();
            announce();
        }
    }

    private void announce() {
        List<LanguageRuntime> runtimes = known;
        if (!runtimes.isEmpty()) {
            outbox.tell("runtimes/" + worker + "/" + announcements.incrementAndGet(),
                    new Reply.RuntimesAnnounced(Reply.VERSION, runtimes, Instant.now()));
            events.runtimesAnnounced(runtimes.size());
        }
    }
}
