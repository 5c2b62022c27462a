package dev.penstock.gateway.bus;

import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverAsyncClient;
import dev.penstock.gateway.process.GatewayEvents;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * One link's messages, each handled on a virtual thread of its own. The next message is asked for when one was settled,
 * so a store that can't keep up, or is down, stops the receiving by itself.
 */
final class Reception implements Subscriber<ServiceBusReceivedMessage> {
    private final ServiceBusReceiverAsyncClient client;
    private final QueueReceiver.Handler handler;
    private final GatewayEvents events;
    private final int mostInHand;
    private final Semaphore idle;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile @Nullable Subscription subscription;
    private volatile boolean draining;

    Reception(ServiceBusReceiverAsyncClient client, int mostInHand, QueueReceiver.Handler handler,
            GatewayEvents events) {
        this.client = client;
        this.mostInHand = mostInHand;
        this.idle = new Semaphore(mostInHand);
        this.handler = handler;
        this.events = events;
    }

    /** Returns when the link is broken for good or drained. */
    void awaitEnd() throws InterruptedException {
        ended.await();
    }

    /** Asks for nothing more and waits until what is in hand has been settled, at most that long. */
    void drain(Duration patience) throws InterruptedException {
        draining = true;
        if (!idle.tryAcquire(mostInHand, patience.toMillis(), TimeUnit.MILLISECONDS)) {
            events.repliesLeftUnsettled(mostInHand - idle.availablePermits());
        }
        Subscription link = subscription;
        if (link != null) {
            link.cancel();
        }
        ended.countDown();
    }

    boolean draining() {
        return draining;
    }

    @Override
    public void onSubscribe(Subscription newSubscription) {
        subscription = newSubscription;
        newSubscription.request(mostInHand);
    }

    /** Never waits: there is a permit for every message that was asked for. */
    @Override
    public void onNext(ServiceBusReceivedMessage message) {
        if (idle.tryAcquire()) {
            Thread.ofVirtual().name("message").start(() -> handle(message));
        }
    }

    @Override
    public void onError(Throwable failure) {
        events.receivingFailed(failure);
        ended.countDown();
    }

    @Override
    public void onComplete() {
        ended.countDown();
    }

    private void handle(ServiceBusReceivedMessage message) {
        try {
            handler.handle(client, message, this::draining);
        } finally {
            idle.release();
            Subscription link = subscription;
            if (link != null && !draining) {
                link.request(1);
            }
        }
    }
}
