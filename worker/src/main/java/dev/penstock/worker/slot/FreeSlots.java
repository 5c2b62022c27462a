package dev.penstock.worker.slot;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * The slots that wait for a job, and those that are about to: their last job's session is just being ended, which mostly
 * takes moments. A job waits here for such a moment only; one that finds no slot then goes back. Thread safe.
 */
public final class FreeSlots {
    private final ArrayDeque<Slot> free = new ArrayDeque<>();
    private final Set<HeldSlot> coming = new HashSet<>();
    private final CopyOnWriteArrayList<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** A free slot, which is the caller's until it releases it. */
    public synchronized Optional<Slot> take() {
        return Optional.ofNullable(free.poll());
    }

    /** As {@link #take}, waiting a while for a slot to come. */
    public synchronized Optional<Slot> takeWithin(Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        while (free.isEmpty()) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                return Optional.empty();
            }
            wait(left);
        }
        return take();
    }

    /** A free slot, or one that is about to be when it comes within that time. Doesn't wait where none is about to. */
    public synchronized Optional<Slot> takeComing(Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        while (free.isEmpty() && !coming.isEmpty()) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                return Optional.empty();
            }
            wait(left);
        }
        return take();
    }

    public synchronized int count() {
        return free.size();
    }

    /** How many slots there are for jobs now or in a moment. */
    public synchronized int countWithComing() {
        return free.size() + coming.size();
    }

    /** Runs each time a slot has become free or is about to, on the thread that freed it; must not block. */
    public void onFreed(Runnable listener) {
        listeners.add(listener);
    }

    /** Takes that slot away unless somebody was faster. */
    synchronized boolean remove(Slot slot) {
        return free.remove(slot);
    }

    /** The holder's slot is about to be free. */
    void expect(HeldSlot holder) {
        synchronized (this) {
            coming.add(holder);
        }
        listeners.forEach(Runnable::run);
    }

    /** It takes longer, or the slot doesn't come at all. */
    synchronized void unexpect(HeldSlot holder) {
        if (coming.remove(holder)) {
            notifyAll();
        }
    }

    void add(Slot slot) {
        synchronized (this) {
            coming.remove(slot.holder());
            free.add(slot);
            notifyAll();
        }
        listeners.forEach(Runnable::run);
    }
}
