package dev.penstock.servicebus.entity;

/**
 * How many messages a queue holds. Each message counts in exactly one component, so they add up to all that is stored.
 *
 * @param active deliverable now
 * @param locked delivered and neither settled nor given back
 * @param scheduled waiting for their time
 * @param deferred set aside, received by sequence number only
 * @param deadLettered messages of the dead-letter queue, locked or not
 */
public record QueueCounts(long active, long locked, long scheduled, long deferred, long deadLettered) {
}
