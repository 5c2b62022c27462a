package dev.penstock.servicebus.entity;

import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The messages that can be delivered now, and the consumers that can take one. */
sealed interface Backlog permits SharedBacklog, SessionBacklog {
    /** What {@link #dispatch} does with a pair that it has found; the message is no longer in the backlog. */
    @FunctionalInterface
    interface Handover {
        void deliver(Consumer consumer, StoredMessage message);
    }

    void add(StoredMessage message);

    void remove(StoredMessage message);

    void consumerReady(Consumer consumer);

    /** The consumer is forgotten; a session that it holds is free. */
    void consumerGone(Consumer consumer);

    /** The consumer takes nothing more; a session that it holds stays locked. */
    void consumerLost(Consumer consumer);

    /** Brings messages and consumers together until one side runs out. */
    void dispatch(Moment now, Handover handover);

    /**
     * The messages that the consumer could receive now, in order.
     *
     * @param consumer the session's owner, for queues with sessions
     * @throws RefusedException when the consumer holds no session but needs one
     */
    Stream<StoredMessage> deliverable(@Nullable Consumer consumer);

    /** Lets those give up whose time to wait is over by this {@link SteadyTime}. */
    default void endWaits(long now) {}

    /** The {@link SteadyTime} at which the next lock or wait of a session ends, {@link Message#FOREVER} when none will. */
    default long nextDeadline() {
        return Message.FOREVER;
    }
}
