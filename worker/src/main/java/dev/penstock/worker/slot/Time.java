package dev.penstock.worker.slot;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Time as the slots see it, so that a test can be its master. */
public interface Time extends InstantSource {
    /** Monotonic, nanoseconds, from an arbitrary origin. */
    long nanos();

    void sleep(Duration duration) throws InterruptedException;

    /** The machine's own. */
    static Time system() {
        return new Time() {
            @Override
            public long nanos() {
                return System.nanoTime();
            }

            @Override
            public Instant instant() {
                return Instant.now();
            }

            @Override
            public void sleep(Duration duration) throws InterruptedException {
                Thread.sleep(duration);
            }
        };
    }
}
