package dev.penstock.gateway.jobs;

import dev.penstock.gateway.store.RateLimit;
import java.time.Duration;

/** Why a correct submission isn't taken now, and after which time it may be. */
public sealed interface Refusal {
    Duration retryAfter();

    /** The tenant submits too fast. */
    record TooFast(RateLimit limit, Duration retryAfter) implements Refusal {
    }

    /** The tenant has as many open jobs as it may. */
    record TooManyOpen(long maxOpenJobs, Duration retryAfter) implements Refusal {
    }

    /** The submission alone has more jobs than the tenant may ever have open: waiting doesn't help. */
    record LargerThanQuota(long maxOpenJobs) implements Refusal {
        @Override
        public Duration retryAfter() {
            return Duration.ZERO;
        }
    }

    /** Jobs have been waiting in vain for so long: nothing tells how long another would. */
    record NothingServed(Duration since, Duration retryAfter) implements Refusal {
    }

    /** Jobs would wait longer than the operator wants to promise. */
    record WaitTooLong(Duration expected, Duration retryAfter) implements Refusal {
    }
}
