package dev.penstock.gateway.store;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How much work there was at one moment, of all tenants and gateways. What follows from it are estimates: jobs are taken
 * roughly in the order of their numbers, and the rate is that of the last minutes in which jobs always waited.
 *
 * @param queued
 *            jobs that wait for a slot
 * @param lastNumber
 *            the number of the newest job
 * @param perSecond
 *            how many jobs are served in a second; empty when that could not be measured lately
 * @param standstill
 *            for how long, at least, jobs have waited without one being served; zero when some were
 * @param workers
 *            that live
 */
public record Backlog(Instant at, long queued, long running, long lastNumber, OptionalDouble perSecond,
        Duration standstill, long workers) {
    private static final double LONGEST_SECONDS = Duration.ofDays(30).toSeconds();

    /** Before anything was measured. */
    public static Backlog unknown(Instant now) {
        return new Backlog(now, 0, 0, 0, OptionalDouble.empty(), Duration.ZERO, 0);
    }

    /** The place in line, from 1, of a queued job with that number. */
    public long position(long number) {
        return Math.max(1, number - (lastNumber - queued));
    }

    /** How long so many jobs take until all of them have started; empty when the rate isn't known. */
    public Optional<Duration> timeFor(long jobs) {
        if (jobs <= 0) {
            return Optional.of(Duration.ZERO);
        }
        return perSecond.isEmpty()
                ? Optional.empty()
                : Optional.of(Duration.ofMillis(
                        (long) (Math.min(jobs / perSecond.getAsDouble(), LONGEST_SECONDS) * 1_000)));
    }
}
