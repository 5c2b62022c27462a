package dev.penstock.worker;

import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;

/** The subscription to one receiver: how many messages were asked for and haven't come, and how many aren't settled. */
final class Reception extends BaseSubscriber<ServiceBusReceivedMessage> {
    private final Recipient recipient;
    private final Runnable close;
    private int outstanding;
    private int deliveries;
    private boolean subscribed;
    private boolean retired;

    /** Whom the messages are for. */
    interface Recipient {
        /** From now on messages can be asked for. */
        void ready();

        void received(Reception from, ServiceBusReceivedMessage message);

        /** No more messages will come. */
        void broke(Reception broken, Throwable failure);
    }

    /**
     * A subscription yet to be made.
     *
     * @param close
     *            closes the receiver; called when the reception is retired and its last message settled
     */
    Reception(Recipient recipient, Runnable close) {
        this.recipient = recipient;
        this.close = close;
    }

    /**
     * Counts as asked for what is missing to that many. Nothing before the subscription is made: what is asked for then goes
     * nowhere, without a word.
     *
     * @return how many are to be requested now; outside of any lock, as a message that is there already arrives on this very
     *         thread
     */
    synchronized int claim(int wanted) {
        int more = subscribed ? Math.max(0, wanted - outstanding) : 0;
        outstanding += more;
        return more;
    }

    /** A message that was asked for is here. */
    synchronized void arrived() {
        outstanding--;
        deliveries++;
    }

    /** One that arrived was settled, or left to its lock. */
    void deliveryEnded() {
        boolean last;
        synchronized (this) {
            deliveries--;
            last = retired && deliveries == 0;
        }
        if (last) {
            close.run();
        }
    }

    /** Settling goes through the receiver that received, so that is closed with its last message. */
    void retire() {
        boolean idle;
        synchronized (this) {
            idle = !retired && deliveries == 0;
            retired = true;
        }
        if (idle) {
            close.run();
        }
    }

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
        synchronized (this) {
            subscribed = true;
        }
        recipient.ready();
    }

    @Override
    protected void hookOnNext(ServiceBusReceivedMessage message) {
        recipient.received(this, message);
    }

    @Override
    protected void hookOnComplete() {
        recipient.broke(this, new IllegalStateException("the stream of messages ended"));
    }

    @Override
    protected void hookOnError(Throwable failure) {
        recipient.broke(this, failure);
    }
}
