package dev.penstock.worker.pool;

import dev.penstock.contracts.Job;
import dev.penstock.contracts.OnLost;
import java.util.Optional;

/**
 * How a pool is spoken to and what its answers mean (decision 9). Pure: a dialect makes requests and reads answers, it
 * sends nothing.
 */
sealed interface Dialect permits PenstockDialect, LegacyAdapterDialect, CodeInterpreterDialect {
    /** Why this pool could never run that job, as a sentence; empty when it might. */
    Optional<String> objection(Job job);

    /** Whether one request runs a job with all its test cases; else each case is a request of its own. */
    default boolean takesTests() {
        return false;
    }

    /** The request that runs a job to which there is no {@link #objection}. */
    PoolRequest execute(SessionIdentifier session, Job job);

    /** Another request for the same job, when the first answer shows that nothing ran and this one might. */
    default Optional<PoolRequest> secondTry(SessionIdentifier session, Job job, Answer first) {
        return Optional.empty();
    }

    /** What a complete answer to {@link #execute} says. */
    Outcome outcome(Answer.Complete answer, Job job);

    /** What an answer to {@link #execute} says, whether or not it is complete. */
    default Outcome outcome(Answer answer, Job job) {
        return switch (answer) {
            case Answer.Complete complete -> outcome(complete, job);
            case Answer.NotSent(String reason) -> Outcome.Unavailable.unreached(reason);
            case Answer.Withheld _ -> new Outcome.Busy(Optional.empty());
            case Answer.NoToken(String reason) -> new Outcome.Denied(reason);
            case Answer.Broken(String reason) -> new Outcome.Lost(reason);
            case Answer.CutOff _ -> unreadable("the pool's answer broke off", job);
            case Answer.Oversized(int limit) ->
                unreadable("the pool's answer was longer than " + limit + " bytes", job);
        };
    }

    /**
     * An answer that is too long, broke off, or is garbage: whatever gave it works badly, and the job is worth another
     * attempt. But something was answered, so the program may have run: that isn't done to a job that must not run twice.
     */
    static Outcome unreadable(String reason, Job job) {
        return job.onLost() == OnLost.FAIL ? new Outcome.Lost(reason) : new Outcome.Unavailable(reason);
    }

    RuntimesSource runtimes();

    /** Asks for a session's end; pools of custom containers all do it alike, and the next two. */
    default PoolRequest stop(SessionIdentifier session) {
        return ManagedSessions.stop(session);
    }

    default PoolRequest look(SessionIdentifier session) {
        return ManagedSessions.look(session);
    }

    /** The sessions of the pool, after that many of them. */
    default PoolRequest list(int skip) {
        return ManagedSessions.list(skip);
    }
}
