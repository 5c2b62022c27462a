package dev.penstock.servicebus.entity;

/** Receives each durable change in order, before it is applied. What to do until it is on disk is the caller's matter. */
@FunctionalInterface
public interface Journal {
    /** Keeps nothing: for queues that live in memory only. */
    Journal NONE = (queue, change) -> {
    };

    void append(String queue, Change change);
}
