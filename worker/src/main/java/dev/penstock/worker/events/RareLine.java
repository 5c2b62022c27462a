package dev.penstock.worker.events;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A line for what is counted each time and said once a minute. Thread safe. */
final class RareLine {
    private static final Duration INTERVAL = Duration.ofMinutes(1);

    private final AtomicLong last = new AtomicLong(System.nanoTime() - INTERVAL.toNanos() - 1);

    /** Whether to say it; then not again for a while. */
    boolean due() {
        long now = System.nanoTime();
        long before = last.get();
        return now - before > INTERVAL.toNanos() && last.compareAndSet(before, now);
    }
}
