package dev.penstock.worker.pool;

import dev.penstock.contracts.ProgramResult;
import java.time.Duration;
import java.util.Optional;

/**
 * What became of one request to run a job (decision 7). Every {@code reason} is a sentence for people; none holds an
 * identifier, code or a secret.
 */
public sealed interface Outcome {
    /** The program ran, or did not compile; the verdict is its own. */
    record Ran(ProgramResult result) implements Outcome {
    }

    /**
     * There is no room, in the pool or because our slot ended before the request left: nothing ran, nothing is charged.
     *
     * @param retryAfter
     *            what the pool asked for
     */
    record Busy(Optional<Duration> retryAfter) implements Outcome {
    }

    /**
     * The platform failed before the program's result was known to exist: worth another attempt.
     *
     * @param reached
     *            whether a request left: only then is it charged, on a budget. What never left says nothing of the job
     * @param retryAfter
     *            what the pool asked for
     */
    record Unavailable(String reason, boolean reached, Optional<Duration> retryAfter) implements Outcome {
        /** The pool was reached, and failed. */
        public Unavailable(String reason) {
            this(reason, Optional.empty());
        }

        /** The same where the pool says when to come again. */
        public Unavailable(String reason, Optional<Duration> retryAfter) {
            this(reason, true, retryAfter);
        }

        /** No request left. */
        static Unavailable unreached(String reason) {
            return new Unavailable(reason, false, Optional.empty());
        }
    }

    /** The request itself is wrong: the same again would be refused again. */
    record Refused(String reason) implements Outcome {
    }

    /** The pool doesn't let us in, or isn't where we think it is: no job can run until someone corrects that. */
    record Denied(String reason) implements Outcome {
    }

    /** The call broke after the request was sent: the program may have run. */
    record Lost(String reason) implements Outcome {
    }
}
