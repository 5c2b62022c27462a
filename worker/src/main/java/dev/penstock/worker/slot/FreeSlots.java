package dev.penstock.worker.slot;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** The slots that wait for a job. Nobody waits here: whoever finds none does something else. Thread safe. */
public final class FreeSlots {
    private final ArrayDeque<Slot> free = new ArrayDeque<>();
    private final CopyOnWriteArrayList<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** A free slot, which is the caller's until it releases it. */
    public synchronized Optional<Slot> take() {
        return Optional.ofNullable(free.poll());
    }

    public synchronized int count() {
        return free.size();
    }

    /** Runs each time a slot has become free, on the thread that freed it; must not block. */
    public void onFreed(Runnable listener) {
        listeners.add(listener);
    }

    void add(Slot slot) {
        synchronized (this) {
            free.add(slot);
        }
        listeners.forEach(Runnable::run);
    }
}
