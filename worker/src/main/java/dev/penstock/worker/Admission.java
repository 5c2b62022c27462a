package dev.penstock.worker;

import dev.penstock.worker.events.WorkerEvents;
import dev.penstock.worker.pool.Outcome;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * How many jobs may be on their way to the pool at once, by what it said lately. Thread safe.
 *
 * <pre>
 *            works: ceiling + 1 per round, after a pause doubled per round until the pool is full; full: ceiling halved
 *   ┌────┐ ──── full at ceiling 1 · denied · failing in a row ───▶ ┌────────┐ ── time ──▶ ┌─────────┐
 *   │open│                                                        │ paused │             │ probing │ (one job)
 *   └────┘ ◀──────────────────── works ─────────────────────────  └────────┘ ◀─ not yet ─└─────────┘
 * </pre>
 */
final class Admission {
    /** As many failures without a success in between open the breaker. */
    private static final int FAILURES_IN_A_ROW = 5;

    private int most;
    private final Backoff pauses;
    private final LongSupplier nanos;
    private final RandomGenerator random;
    private final WorkerEvents events;
    private State state;
    private int failures;
    private long lastDrop;

    private sealed interface State {
        /** {@code swift}: nothing is known of where the pool is full. */
        record Open(double ceiling, boolean swift) implements State {
            Open afterSuccess(int most) {
                return new Open(Math.min(most, ceiling + (swift ? 1 : 1 / ceiling)), swift);
            }
        }

        /** Nobody goes; after that time one does. */
        record Paused(long until, int times, Cause cause) implements State {
        }
    }

    /**
     * Why nobody goes.
     *
     * @param denied
     *            whether somebody has to correct something
     */
    private record Cause(boolean denied, String reason) {
    }

    /**
     * Open to all slots.
     *
     * @param most
     *            the most slots that the worker can hold
     * @param nanos
     *            monotonic time
     */
    Admission(int most, Backoff pauses, LongSupplier nanos, RandomGenerator random, WorkerEvents events) {
        this.most = most;
        this.pauses = pauses;
        this.nanos = nanos;
        this.random = random;
        this.events = events;
        this.state = new State.Open(most, false);
        this.lastDrop = nanos.getAsLong() - pauses.first().toNanos();
    }

    /** The worker can hold more slots now, or fewer. */
    synchronized void resize(int slots) {
        if (state instanceof State.Open(double ceiling, boolean swift) && (ceiling >= most || ceiling > slots)) {
            state = new State.Open(slots, swift);
        }
        most = slots;
    }

    /** How many jobs may be in hand now. */
    synchronized int limit() {
        return switch (state) {
            // All slots in use and as many results on their way out: the slots are the limit.
            case State.Open(double ceiling, _) -> ceiling >= most ? 2 * most : (int) ceiling;
            case State.Paused paused -> nanos.getAsLong() - paused.until() < 0 ? 0 : 1;
        };
    }

    /** How long until {@link #limit} rises by itself; empty when it only does so after an outcome. */
    synchronized Optional<Duration> pause() {
        return state instanceof State.Paused paused && nanos.getAsLong() - paused.until() < 0
                ? Optional.of(Duration.ofNanos(paused.until() - nanos.getAsLong()))
                : Optional.empty();
    }

    /** Why the worker takes no jobs, for its readiness; empty while it does. */
    synchronized Optional<String> objection() {
        return state instanceof State.Paused paused ? Optional.of(paused.cause().reason()) : Optional.empty();
    }

    /** Learns from what became of a request. */
    synchronized void learn(Outcome outcome) {
        switch (outcome) {
            case Outcome.Ran _,Outcome.Refused _ -> works();
            case Outcome.Busy _ -> full();
            case Outcome.Unavailable(String reason, _) -> fails(reason);
            case Outcome.Lost(String reason) -> fails(reason);
            case Outcome.Denied(String reason) -> pause(new Cause(true, reason));
        }
    }

    private void works() {
        failures = 0;
        switch (state) {
            case State.Open open -> state = open.afterSuccess(most);
            case State.Paused paused -> {
                // What was under way when the pause began is no probe.
                if (nanos.getAsLong() - paused.until() >= 0) {
                    state = new State.Open(1, true);
                    events.poolWorksAgain();
                }
            }
        }
    }

    /** A burst of refusals says one thing once. */
    private void full() {
        long now = nanos.getAsLong();
        switch (state) {
            case State.Open(double ceiling, _) when ceiling >= 2 -> {
                if (now - lastDrop >= pauses.first().toNanos()) {
                    lastDrop = now;
                    state = new State.Open(ceiling / 2, false);
                }
            }
            case State.Open _,State.Paused _ -> pause(new Cause(false, "the pool is full"));
        }
    }

    private void fails(String reason) {
        failures++;
        if (failures >= FAILURES_IN_A_ROW || state instanceof State.Paused) {
            pause(new Cause(false, "the pool fails every request: " + reason));
        }
    }

    private void pause(Cause cause) {
        int times = 0;
        if (state instanceof State.Paused paused) {
            if (nanos.getAsLong() - paused.until() < 0) {
                // Requests that were under way when the pause began tell nothing new.
                return;
            }
            times = paused.times() + 1;
        }
        Duration length = pauses.pause(times, random);
        state = new State.Paused(nanos.getAsLong() + length.toNanos(), times, cause);
        if (times == 0 || cause.denied()) {
            events.poolPaused(cause.reason(), length, cause.denied());
        }
    }
}
