package dev.penstock.worker;

import dev.penstock.worker.events.WorkerEvents;
import dev.penstock.worker.pool.Outcome;
import dev.penstock.worker.pool.PoolClient;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * How many jobs may be on their way to the pool at once, by what it said lately. Thread safe.
 *
 * <pre>
 *            works: ceiling + 1 per round, after a pause doubled per round until the pool is full; full: half of what is in hand
 *   ┌────┐ ──── full at ceiling 1 · denied · failing in a row ───▶ ┌────────┐ ── time ──▶ ┌─────────┐
 *   │open│                                                        │ paused │             │ probing │ (one job more)
 *   └────┘ ◀──────────────────── works ─────────────────────────  └────────┘ ◀─ not yet ─└─────────┘
 * </pre>
 *
 * Jobs that run through a pause are neither in the way of a probe nor one themselves: what becomes of them tells nothing.
 */
final class Admission {
    /** As many failures without a success in between open the breaker. */
    private static final int FAILURES_IN_A_ROW = 5;
    /** A pause that was prolonged so often is a long one. */
    private static final int LONG = 4;

    private int most;
    private final Load load;
    private final Backoff pauses;
    private final LongSupplier nanos;
    private final RandomGenerator random;
    private final WorkerEvents events;
    private State state;
    private int failures;
    private long lastDrop;
    /** Until then the pool wants nobody to come, by its own word. */
    private long quietUntil;

    /** The jobs that this worker has in hand. */
    interface Load {
        int count();

        /** How many of them came at that time or later. */
        int enteredSince(long nanos);
    }

    private sealed interface State {
        /** {@code swift}: nothing is known of where the pool is full. */
        record Open(double ceiling, boolean swift) implements State {
            Open afterSuccess(int most) {
                return new Open(Math.min(most, ceiling + (swift ? 1 : 1 / ceiling)), swift);
            }
        }

        /** Nobody goes; after that time one does. Without a cause, the pool was heard to let us in meanwhile. */
        record Paused(long until, int times, Optional<Cause> cause) implements State {
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
    Admission(int most, Load load, Backoff pauses, LongSupplier nanos, RandomGenerator random, WorkerEvents events) {
        this.most = most;
        this.load = load;
        this.pauses = pauses;
        this.nanos = nanos;
        this.random = random;
        this.events = events;
        this.state = new State.Open(most, false);
        this.lastDrop = nanos.getAsLong() - pauses.first().toNanos();
        this.quietUntil = nanos.getAsLong();
    }

    /** The worker can hold more slots now, or fewer. */
    synchronized void resize(int slots) {
        if (state instanceof State.Open(double ceiling, boolean swift) && (ceiling >= most || ceiling > slots)) {
            state = new State.Open(slots, swift);
        }
        most = slots;
    }

    /** How many more jobs may be taken in hand now; negative when there are too many. */
    synchronized int room() {
        if (left(quietUntil) > 0) {
            return 0;
        }
        return switch (state) {
            // All slots in use and as many results on their way out: the slots are the limit.
            case State.Open(double ceiling, _) -> (ceiling >= most ? 2 * most : (int) ceiling) - load.count();
            case State.Paused paused -> left(paused.until()) > 0 ? 0 : 1 - load.enteredSince(paused.until());
        };
    }

    /** How long until there is {@link #room} by itself; empty when that only comes with an outcome. */
    synchronized Optional<Duration> pause() {
        long pause = Math.max(left(quietUntil), state instanceof State.Paused paused ? left(paused.until()) : 0);
        return pause > 0 ? Optional.of(Duration.ofNanos(pause)) : Optional.empty();
    }

    /** Why the worker takes no jobs, for its readiness; empty while it does. */
    synchronized Optional<String> objection() {
        return state instanceof State.Paused paused ? paused.cause().map(Cause::reason) : Optional.empty();
    }

    /** Whether slots are of more use to other workers, but for one to probe with: we are denied, or paused for long. */
    synchronized boolean probesOnly() {
        return state instanceof State.Paused paused
                && (paused.times() >= LONG || paused.cause().filter(Cause::denied).isPresent());
    }

    /** Whether a job would be welcome to try the pool with, and none comes: then {@link #heard} should be told. */
    synchronized boolean wantsWord() {
        return state instanceof State.Paused paused && paused.cause().isPresent() && left(paused.until()) <= 0
                && load.enteredSince(paused.until()) == 0;
    }

    /**
     * What the pool told without a job. That it lets us in doesn't show that jobs run: the next one still probes. That it
     * denies us spares that job the try, and its slot a session that we could not end; where it can't be asked so, jobs
     * have to try.
     */
    synchronized void heard(PoolClient.Word word) {
        if (state instanceof State.Paused paused) {
            state = switch (word) {
                case LET_IN -> new State.Paused(paused.until(), paused.times(), Optional.empty());
                case DENIED -> prolonged(paused, paused.cause());
                case NONE -> paused;
            };
        }
    }

    /**
     * Learns from what became of a request.
     *
     * @param startedAt
     *            of the job, by our clock: one from before a pause's end tells nothing of what the pool does since
     */
    synchronized void learn(Outcome outcome, long startedAt) {
        if (state instanceof State.Paused paused && startedAt - paused.until() < 0) {
            return;
        }
        switch (outcome) {
            case Outcome.Ran _,Outcome.Refused _ -> works();
            case Outcome.Busy(Optional<Duration> retryAfter) -> full(retryAfter.orElse(Duration.ZERO));
            case Outcome.Unavailable(String reason, _, _) -> fails(reason);
            case Outcome.Lost(String reason) -> fails(reason);
            case Outcome.Denied(String reason) -> pause(new Cause(true, reason));
        }
    }

    private void works() {
        failures = 0;
        switch (state) {
            case State.Open open -> state = open.afterSuccess(most);
            case State.Paused _ -> {
                state = new State.Open(Math.max(1, load.count()), true);
                events.poolWorksAgain();
            }
        }
    }

    /** A burst of refusals says one thing once. */
    private void full(Duration retryAfter) {
        long now = nanos.getAsLong();
        quietUntil = Math.max(quietUntil - now, retryAfter.toNanos()) + now;
        switch (state) {
            case State.Open(double ceiling, _) when ceiling >= 2 -> {
                if (now - lastDrop >= pauses.first().toNanos()) {
                    lastDrop = now;
                    // Slots that nobody uses say nothing of what the pool can take.
                    state = new State.Open(Math.max(1, Math.min(ceiling, load.count()) / 2), false);
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
        State.Paused next = state instanceof State.Paused paused
                ? prolonged(paused, Optional.of(cause))
                : new State.Paused(inAPause(0), 0, Optional.of(cause));
        state = next;
        if (next.times() == 0 || cause.denied()) {
            events.poolPaused(cause.reason(), Duration.ofNanos(left(next.until())), cause.denied());
        }
    }

    private State.Paused prolonged(State.Paused paused, Optional<Cause> cause) {
        int times = paused.times() + 1;
        return new State.Paused(inAPause(times), times, cause);
    }

    private long inAPause(int times) {
        return nanos.getAsLong() + pauses.pause(times, random).toNanos();
    }

    private long left(long until) {
        return until - nanos.getAsLong();
    }
}
