package dev.penstock.servicebus.entity;

/** One who takes messages: a receiving link. Compared by identity. Must not call the queue from within a callback. */
public interface Consumer {
    ReceiveMode mode();

    /** Whether it can take a message now. When this turns true, {@link Queue#consumerReady} has to be called. */
    boolean ready();

    /** Takes the message. If it can't, it throws, and has done nothing: the message is dead-lettered then. */
    void deliver(Delivery delivery);
}
