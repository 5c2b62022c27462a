package dev.penstock.worker;

import dev.penstock.worker.pool.Cut;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The jobs whose messages this worker holds. Thread safe. */
final class InHand implements Admission.Load {
    /** The reason of a cut that is ours alone: it says nothing of the job or the pool. */
    static final String DRAINING = "the worker is shutting down";

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition none = lock.newCondition();
    /** When each came. */
    private final Map<Cut, Long> jobs = new HashMap<>();
    private boolean hurried;

    /** Takes a job in hand; the cut ends its call early. */
    Cut enter() {
        Cut cut = new Cut();
        lock.lock();
        try {
            jobs.put(cut, System.nanoTime());
        } finally {
            lock.unlock();
        }
        return cut;
    }

    void leave(Cut cut) {
        lock.lock();
        try {
            jobs.remove(cut);
            if (jobs.isEmpty()) {
                none.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int count() {
        lock.lock();
        try {
            return jobs.size();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int enteredSince(long nanos) {
        lock.lock();
        try {
            return (int) jobs.values().stream().filter(entered -> entered - nanos >= 0).count();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until none is left. What then still runs is cut, and waited for a little longer.
     *
     * @param patience
     *            ends at once when {@link #hurry} is called
     * @return whether all ended by themselves
     */
    boolean awaitEnd(Duration patience, Duration grace) throws InterruptedException {
        if (awaitNone(patience, true)) {
            return true;
        }
        cutAll();
        awaitNone(grace, false);
        return false;
    }

    /** Nobody is to be waited for any longer. */
    void hurry() {
        lock.lock();
        try {
            hurried = true;
            none.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean hurried() {
        lock.lock();
        try {
            return hurried;
        } finally {
            lock.unlock();
        }
    }

    private void cutAll() {
        Set<Cut> running;
        lock.lock();
        try {
            running = Set.copyOf(jobs.keySet());
        } finally {
            lock.unlock();
        }
        running.forEach(cut -> cut.now(DRAINING));
    }

    private boolean awaitNone(Duration atMost, boolean unlessHurried) throws InterruptedException {
        long left = atMost.toNanos();
        lock.lock();
        try {
            while (!jobs.isEmpty()) {
                if (left <= 0 || (unlessHurried && hurried)) {
                    return false;
                }
                left = none.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }
}
