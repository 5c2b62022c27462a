package dev.penstock.worker.slot;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** The slots that wait for a job. Jobs never wait here: one that finds none goes back. Thread safe. */
public final class FreeSlots {
    private final ArrayDeque<Slot> free = new ArrayDeque<>();
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

    public synchronized int count() {
        return free.size();
    }

    /** Runs each time a slot has become free, on the thread that freed it; must not block. */
    public void onFreed(Runnable listener) {
        listeners.add(listener);
    }

    /** Takes that slot away unless somebody was faster. */
    synchronized boolean remove(Slot slot) {
        return free.remove(slot);
    }

    void add(Slot slot) {
        synchronized (this) {
            free.add(slot);
            notifyAll();
        }
        listeners.forEach(Runnable::run);
    }
}
