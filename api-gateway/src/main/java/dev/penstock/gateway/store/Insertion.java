package dev.penstock.gateway.store;

/** What became of a submission with an idempotency key, or without. */
public sealed interface Insertion {
    /**
     * It is stored now.
     *
     * @param openJobs
     *            how many the tenant has then
     */
    record Stored(long openJobs) implements Insertion {
    }

    /**
     * Nothing was stored: the tenant would have too many open jobs.
     *
     * @param openJobs
     *            how many it has
     */
    record QuotaFull(long openJobs) implements Insertion {
    }

    /** The same request was accepted before and made this job or batch. */
    record Repeated(String resourceId) implements Insertion {
    }

    /** The same request was stored before, but the broker has not confirmed all of it yet. */
    record InFlight(String resourceId) implements Insertion {
    }

    /** Another request used the key. */
    record KeyTaken() implements Insertion {
    }
}
