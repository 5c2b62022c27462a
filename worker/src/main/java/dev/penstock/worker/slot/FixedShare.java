package dev.penstock.worker.slot;

import dev.penstock.worker.pool.SessionIdentifier;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * A number of slots that belongs to this worker alone, by configuration. What a killed worker leaves alive in the pool
 * holds its places until their cooldown ends.
 */
public final class FixedShare {
    private final String deployment;
    private final FreeSlots free;
    private final SessionEnd sessionEnd;
    private final Executor threads;
    private final CountDownLatch unretired;
    private volatile boolean closing;

    /** Puts all the slots up. */
    public FixedShare(String deployment, int slots, FreeSlots free, SessionEnd sessionEnd, Executor threads) {
        this.deployment = deployment;
        this.free = free;
        this.sessionEnd = sessionEnd;
        this.threads = threads;
        this.unretired = new CountDownLatch(slots);
        for (int slot = 0; slot < slots; slot++) {
            putUp(slot);
        }
    }

    /**
     * Takes the slots back and waits until the sessions of those that were in use are ended.
     *
     * @return whether all were ended in time
     */
    public boolean close(Duration deadline) throws InterruptedException {
        closing = true;
        retireFree();
        return unretired.await(deadline.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void putUp(int slot) {
        putUp(slot, SessionIdentifier.fresh(deployment, slot));
    }

    private void putUp(int slot, SessionIdentifier session) {
        free.add(new Slot(slot, session, this::released));
        retireIfClosing();
    }

    private void released(Slot slot) {
        if (slot.used()) {
            threads.execute(() -> endThenPutUp(slot));
        } else {
            putUp(slot.number(), slot.session());
        }
    }

    private void endThenPutUp(Slot slot) {
        try {
            sessionEnd.await(slot.session());
            putUp(slot.number());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void retireIfClosing() {
        if (closing) {
            retireFree();
        }
    }

    private void retireFree() {
        while (free.take().isPresent()) {
            unretired.countDown();
        }
    }
}
