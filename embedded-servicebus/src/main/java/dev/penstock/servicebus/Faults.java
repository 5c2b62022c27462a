package dev.penstock.servicebus;

import dev.penstock.servicebus.entity.Condition;
import dev.penstock.servicebus.entity.RefusedException;
import dev.penstock.servicebus.faults.Fault;
import dev.penstock.servicebus.faults.FaultPoint;
import dev.penstock.servicebus.wire.AmqpServer;
import dev.penstock.servicebus.wire.Broker;

/** Makes things go wrong in a running broker, for tests of its clients. Each method returns when it has taken effect. */
public final class Faults {
    private final BrokerLoop loop;
    private final Broker broker;
    private final AmqpServer server;

    Faults(BrokerLoop loop, Broker broker, AmqpServer server) {
        this.loop = loop;
        this.broker = broker;
        this.server = server;
    }

    /**
     * Makes one operation go wrong, once.
     *
     * @param queue the queue's name, or the path of a dead-letter queue
     * @param nth which such operation from now on; 1 is the next one
     */
    public void plan(FaultPoint point, String queue, int nth, Fault fault) {
        if (nth < 1) {
            throw new IllegalArgumentException("nth counts from 1, not from " + nth);
        }
        run(() -> broker.faults().plan(point, queue, nth, fault));
    }

    /** How many planned faults have not struck yet: a test that waits for none knows that its fault did. */
    public int planned() {
        return loop.call(() -> broker.faults().size());
    }

    /** Breaks all connections without a word. */
    public void dropConnections() {
        run(server::dropConnections);
    }

    /**
     * Detaches all links to and from a queue, as Azure does when it moves a queue elsewhere.
     *
     * @throws RefusedException when there is no such queue
     */
    public void cutLinks(String queue) {
        run(() -> server.cutLinksOf(broker.namespace().require(queue),
                new RefusedException(Condition.LINK_DETACH_FORCED, "Cut by a scripted fault. Attach again.")));
    }

    /**
     * Lets all locks of a queue run out at once, those of its sessions too.
     *
     * @throws RefusedException when there is no such queue
     */
    public void loseLocks(String queue) {
        run(() -> broker.namespace().require(queue).loseLocks());
    }

    private void run(Runnable fault) {
        loop.call(() -> {
            fault.run();
            return true;
        });
    }
}
