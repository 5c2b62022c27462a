package dev.penstock.servicebus.faults;

/** Where a fault can strike: at one of these operations of a queue's clients. */
public enum FaultPoint {
    // @formatter:off
    /** A transfer from a sender: a message or a batch. */
    SEND,
    /** A completion, abandonment, deferral or dead-lettering on the link that received the message. */
    SETTLE,
    /** A receiving or sending link being attached, a session being accepted among them. */
    ATTACH,
    /** A request to the queue's management node: lock renewal, schedule, peek, session state and so on. */
    REQUEST
    // @formatter:on
}
