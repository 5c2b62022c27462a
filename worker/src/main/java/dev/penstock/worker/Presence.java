package dev.penstock.worker;

import dev.penstock.contracts.Reply;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * Tells the gateway that this worker lives and how many slots it holds: at start, every interval, soon after the number
 * changed, and once more when it leaves. A worker that falls silent is forgotten after three intervals.
 */
final class Presence implements AutoCloseable {
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final String worker = UUID.randomUUID().toString();
    private final IntSupplier slots;
    private final Outbox outbox;
    private final Duration interval;
    private final CountDownLatch closed = new CountDownLatch(1);
    private long announcements;
    private boolean left;

    Presence(IntSupplier slots, Outbox outbox, Duration interval) {
        this.slots = slots;
        this.outbox = outbox;
        this.interval = interval;
    }

    /** Announces until closed; blocks its thread. */
    void keepAnnouncing() {
        Duration look = interval.compareTo(LOOK) < 0 ? interval : LOOK;
        long due = System.nanoTime();
        int told = -1;
        try {
            do {
                int held = slots.getAsInt();
                if (held != told || System.nanoTime() - due >= 0) {
                    told = held;
                    due = System.nanoTime() + interval.toNanos();
                    say(held, interval.multipliedBy(3));
                }
            } while (!closed.await(look.toNanos(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Says that the worker leaves. */
    @Override
    public synchronized void close() {
        closed.countDown();
        say(0, Duration.ZERO);
        left = true;
    }

    /** Word that nobody read in time is of no use; a farewell outlives what was said before it. */
    private synchronized void say(int held, Duration believeFor) {
        if (left) {
            return;
        }
        announcements++;
        outbox.tellFor(interval.multipliedBy(3), "worker/" + worker + "/" + announcements,
                new Reply.WorkerAnnounced(Reply.VERSION, worker, held, believeFor.toMillis(), Instant.now()));
    }
}
