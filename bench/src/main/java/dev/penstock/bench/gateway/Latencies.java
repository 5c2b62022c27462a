package dev.penstock.bench.gateway;

import java.time.Duration;
import java.util.Arrays;

/** How long things took, and over which time. Not thread safe. */
final class Latencies {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;

    private long[] nanos = new long[1_024];
    private int count;
    private long elapsed;

    void add(long duration) {
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * count);
        }
        nanos[count++] = duration;
    }

    /** The measuring went on for that long. */
    void lasted(Duration time) {
        elapsed += time.toNanos();
    }

    void addAll(Latencies other) {
        for (int i = 0; i < other.count; i++) {
            add(other.nanos[i]);
        }
        elapsed += other.elapsed;
    }

    int count() {
        return count;
    }

    double perSecond() {
        return count / (elapsed / NANOS_PER_SECOND);
    }

    /** Milliseconds. */
    double percentile(double percent) {
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        return sorted[(int) Math.min(count - 1L, Math.round(count * percent / 100))] / NANOS_PER_MILLI;
    }
}
