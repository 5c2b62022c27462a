package dev.penstock.local.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * The containers that wait for a session: {@code ready} ones, and pending ones that are starting. Kept at a target by
 * starting another whenever one is taken. They don't count against the pool's max.
 */
final class WarmSet {
    private final PriorityQueue<Instant> starting = new PriorityQueue<>();
    private int ready;

    int ready() {
        return ready;
    }

    int pending() {
        return starting.size();
    }

    /** Lets containers become ready whose time has come, then starts or drops as many as the target asks for. */
    void refill(Instant now, PoolSettings settings) {
        promote(now, settings);
        while (ready + starting.size() < settings.readySessions()) {
            starting.add(now.plus(settings.startDelay()));
        }
        while (ready > 0 && ready + starting.size() > settings.readySessions()) {
            ready--;
        }
        promote(now, settings);
    }

    /** In a crash loop no container survives its start, and those that are ready crash as well. */
    private void promote(Instant now, PoolSettings settings) {
        if (settings.crashLoop()) {
            ready = 0;
            return;
        }
        while (!starting.isEmpty() && !starting.peek().isAfter(now)) {
            starting.remove();
            ready++;
        }
    }

    /** Takes a ready container; false when there is none. */
    boolean take() {
        if (ready == 0) {
            return false;
        }
        ready--;
        return true;
    }

    /** Takes the container that will be ready first, starting one if none is; empty in a crash loop. */
    Optional<Instant> takeStarting(Instant now, PoolSettings settings) {
        if (settings.crashLoop()) {
            return Optional.empty();
        }
        Duration delay = settings.startDelay();
        Instant next = starting.poll();
        return Optional.of(next == null ? now.plus(delay) : next);
    }

    /** All containers are thrown away and have to start again. */
    void clear() {
        ready = 0;
        starting.clear();
    }
}
