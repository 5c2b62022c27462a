package dev.penstock.contracts;

import java.util.Objects;

/**
 * A job in one of its messages on the {@code jobs} queue.
 *
 * @param attempt
 *            1 for the first; charged only when the platform failed, never when the pool was full or out of reach
 * @param requeues
 *            how often the job went back because the pool was full or a worker could not keep it
 */
public record JobMessage(Job job, int attempt, int requeues) {
    /** No honest job comes near it, and the sum of both can still be counted on from. */
    private static final int MOST = 1_000_000_000;

    public JobMessage {
        Objects.requireNonNull(job, "job");
        if (attempt < 1 || requeues < 0 || attempt > MOST || requeues > MOST) {
            throw new IllegalArgumentException(
                    "attempt must be 1 to " + MOST + " and requeues 0 to " + MOST);
        }
    }

    /** The first message of a job. */
    public static JobMessage first(Job job) {
        return new JobMessage(job, 1, 0);
    }

    /** The same job after a full pool: nothing is charged. */
    public JobMessage requeued() {
        return new JobMessage(job, attempt, requeues + 1);
    }

    /** The same job after the platform failed. */
    public JobMessage retried() {
        return new JobMessage(job, attempt + 1, requeues);
    }

    /**
     * The Service Bus message id: the job's id for the first message, {@code id:n} for each deliberate re-send, n counted
     * from this message, so that duplicate detection never drops a re-send (decision 3).
     */
    public String messageId() {
        int resends = attempt - 1 + requeues;
        return resends == 0 ? job.id() : job.id() + ":" + resends;
    }
}
