package dev.penstock.servicebus.conformance;

/** The queues that the suite needs, each with 3 deliveries at most and the target's shortest lock. */
enum QueueKind {
    // @formatter:off
    PLAIN("conformance-plain"),
    /** A second one, for what spans two queues. */
    OTHER("conformance-other"),
    SESSIONS("conformance-sessions"),
    /** Remembers message ids for 20 seconds. */
    DUPLICATES("conformance-duplicates"),
    /** Dead-letters what expires. */
    EXPIRING("conformance-expiring");
    // @formatter:on

    final String queue;

    QueueKind(String queue) {
        this.queue = queue;
    }
}
