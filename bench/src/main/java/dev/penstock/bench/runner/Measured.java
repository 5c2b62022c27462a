package dev.penstock.bench.runner;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * How long each of some runs took, and all of them together.
 *
 * @param latencies
 *            of each run
 * @param elapsed
 *            from the first start to the last end
 */
record Measured(List<Duration> latencies, Duration elapsed) {
    Measured {
        latencies = List.copyOf(latencies);
    }

    static Measured none() {
        return new Measured(List.of(), Duration.ZERO);
    }

    /** Both, one after the other. */
    Measured then(Measured next) {
        return new Measured(Stream.concat(latencies.stream(), next.latencies.stream()).toList(),
                elapsed.plus(next.elapsed));
    }

    double perSecond() {
        return latencies.size() / (elapsed.toNanos() / 1e9);
    }

    double medianMs() {
        return median(latencies).toNanos() / 1e6;
    }

    static Duration median(List<Duration> durations) {
        return durations.stream().sorted().toList().get(durations.size() / 2);
    }
}
