package dev.penstock.local.pool;

import java.time.Duration;

/** When a session that nobody stops ends. */
public sealed interface Lifecycle {

    /** Azure's default: after a time without requests. A request in flight holds the end off. */
    record Timed(Duration cooldown) implements Lifecycle {}

    /** When its container exits, at the latest after a time; what is in flight then is cut. Idling costs nothing. */
    record OnContainerExit(Duration maxAlive) implements Lifecycle {}
}
