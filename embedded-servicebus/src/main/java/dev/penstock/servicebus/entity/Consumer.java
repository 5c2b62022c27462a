package dev.penstock.servicebus.entity;

/** One who takes messages: a receiving link. Compared by identity. Must not call the queue from within a callback. */
public interface Consumer {
    ReceiveMode mode();

    /** Whether it can take a message now. When this turns true, {@link Queue#consumerReady} has to be called. */
    boolean ready();

    void deliver(Delivery delivery);
}
