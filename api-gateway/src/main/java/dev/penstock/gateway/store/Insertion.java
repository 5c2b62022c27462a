package dev.penstock.gateway.store;

/** What became of a submission with an idempotency key, or without. */
public sealed interface Insertion {
    /** It is stored now. */
    record Stored() implements Insertion {
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
