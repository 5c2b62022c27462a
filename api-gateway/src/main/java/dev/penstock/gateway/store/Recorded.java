package dev.penstock.gateway.store;

/** What the store did with a job's result. */
public enum Recorded {
    /** The job was open; this is its result for good. */
    FIRST,
    /** The job had ended already; the result was only counted. */
    REPEATED,
    /** There is no such job: deleted, or some other gateway's. */
    UNKNOWN_JOB
}
