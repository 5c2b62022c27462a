package dev.penstock.servicebus.wire;

import dev.penstock.servicebus.entity.Queue;
import org.apache.qpid.proton.engine.Delivery;

/** Our end of one link: told what happens on it, in order. */
sealed interface Attachment permits ProducerLink, ConsumerLink, RequestLink, ResponseLink, CoordinatorLink {
    /** A transfer has arrived, or the state of one has changed. */
    void onDelivery(Delivery delivery);

    /** The peer granted credit or asked to drain it. */
    void onFlow();

    /** The connection's output is no longer congested. */
    default void onWritable() {}

    /** Whether it is there for this queue. */
    default boolean uses(Queue queue) {
        return false;
    }

    /** Like {@link #onGone}, when the connection broke without a word. */
    default void onConnectionLost() {
        onGone();
    }

    /** The link is gone: detached, closed, or its connection lost. Called once. */
    void onGone();
}
