package dev.penstock.gateway;

import dev.penstock.gateway.bus.JobQueue;
import dev.penstock.gateway.guard.HostResolver;
import dev.penstock.gateway.store.SubmissionStore;
import java.time.InstantSource;
import java.util.function.UnaryOperator;

/**
 * What a gateway stands on beside its settings. Tests and measurements put something of theirs there.
 *
 * @param submissions
 *            is given the store that takes in jobs, and tells what is to be used in its place
 * @param jobQueue
 *            the same of the queue that they are sent to
 */
public record Footing(InstantSource clock, HostResolver resolver, UnaryOperator<SubmissionStore> submissions,
        UnaryOperator<JobQueue> jobQueue) {
    /** The system's clock and resolver; the store and the queue as they are. */
    public static Footing usual() {
        return new Footing(InstantSource.system(), HostResolver.system(), UnaryOperator.identity(),
                UnaryOperator.identity());
    }

    public Footing withClock(InstantSource other) {
        return new Footing(other, resolver, submissions, jobQueue);
    }

    public Footing withResolver(HostResolver other) {
        return new Footing(clock, other, submissions, jobQueue);
    }

    public Footing withSubmissions(UnaryOperator<SubmissionStore> other) {
        return new Footing(clock, resolver, other, jobQueue);
    }

    public Footing withJobQueue(UnaryOperator<JobQueue> other) {
        return new Footing(clock, resolver, submissions, other);
    }
}
