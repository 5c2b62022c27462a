package dev.penstock.servicebus.entity;

/** What happens to a message when it is delivered. */
public enum ReceiveMode {
    PEEK_LOCK, RECEIVE_AND_DELETE
}
