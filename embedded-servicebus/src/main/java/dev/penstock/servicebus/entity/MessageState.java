package dev.penstock.servicebus.entity;

/** Where a stored message stands, apart from locks, which do not outlive the process. */
public enum MessageState {
    ACTIVE, DEFERRED, SCHEDULED
}
