package dev.penstock.servicebus.entity;

/** Why the broker refuses, in the AMQP symbols by which the SDKs tell the reasons apart. */
public enum Condition {
    // @formatter:off
    ARGUMENT_ERROR("com.microsoft:argument-error"),
    DECODE_ERROR("amqp:decode-error"),
    INTERNAL_ERROR("amqp:internal-error"),
    LINK_DETACH_FORCED("amqp:link:detach-forced"),
    MESSAGE_LOCK_LOST("com.microsoft:message-lock-lost"),
    MESSAGE_NOT_FOUND("com.microsoft:message-not-found"),
    MESSAGE_SIZE_EXCEEDED("amqp:link:message-size-exceeded"),
    NOT_ALLOWED("amqp:not-allowed"),
    NOT_FOUND("amqp:not-found"),
    NOT_IMPLEMENTED("amqp:not-implemented"),
    RESOURCE_LIMIT_EXCEEDED("amqp:resource-limit-exceeded"),
    SERVER_BUSY("com.microsoft:server-busy"),
    SESSION_CANNOT_BE_LOCKED("com.microsoft:session-cannot-be-locked"),
    SESSION_LOCK_LOST("com.microsoft:session-lock-lost"),
    TIMEOUT("com.microsoft:timeout"),
    TRANSACTION_UNKNOWN("amqp:transaction:unknown-id"),
    UNAUTHORIZED_ACCESS("amqp:unauthorized-access");
    // @formatter:on

    private final String symbol;

    Condition(String symbol) {
        this.symbol = symbol;
    }

    public String symbol() {
        return symbol;
    }
}
