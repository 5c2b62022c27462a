package dev.penstock.servicebus;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that stands still until it is moved. */
public final class ManualClock implements InstantSource {
    private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private volatile Duration eachLook = Duration.ZERO;

    @Override
    public Instant instant() {
        now = now.plus(eachLook);
        return now;
    }

    public void advance(Duration duration) {
        now = now.plus(duration);
    }

    /** From now on it goes on by this much whenever it is looked at. */
    public void runOn(Duration duration) {
        eachLook = duration;
    }
}
