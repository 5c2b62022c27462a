package dev.penstock.servicebus.entity;

/** Where a queue asks to be woken. */
@FunctionalInterface
public interface Alarms {
    /** Asks for {@link Queue#tick()} at or soon after this moment (epoch milliseconds); replaces the earlier wish. */
    void wakeAt(Queue queue, long at);
}
