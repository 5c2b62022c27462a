/**
 * What a queue does, as pure state machines: commands in, deliveries and durable changes out. No network, no threads, no
 * timers; time comes from an {@link java.time.InstantSource}, and wake-ups are asked for through
 * {@link dev.penstock.servicebus.entity.Alarms}. Everything here is confined to one thread, the broker's event loop.
 */
@NullMarked
package dev.penstock.servicebus.entity;

import org.jspecify.annotations.NullMarked;
