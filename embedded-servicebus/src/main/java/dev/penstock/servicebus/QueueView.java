package dev.penstock.servicebus;

import dev.penstock.servicebus.entity.Queue;
import dev.penstock.servicebus.entity.QueueCounts;

/** A look into one queue of a running broker, from any thread. */
public final class QueueView {
    private final BrokerLoop loop;
    private final Queue queue;

    QueueView(BrokerLoop loop, Queue queue) {
        this.loop = loop;
        this.queue = queue;
    }

    /** How many messages it holds at this moment. */
    public QueueCounts counts() {
        return loop.call(queue::counts);
    }
}
