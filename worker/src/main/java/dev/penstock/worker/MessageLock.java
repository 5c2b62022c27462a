package dev.penstock.worker;

import com.azure.messaging.servicebus.ServiceBusException;
import com.azure.messaging.servicebus.ServiceBusFailureReason;
import dev.penstock.worker.events.WorkerEvents;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import reactor.core.publisher.Mono;

/**
 * Keeps a message locked until it is settled, and knows when the lock has ended. The SDK's own renewal ends silently
 * after a while (decision 2). The end is reckoned on the monotonic clock from before each renewal was sent, so neither a
 * skewed clock nor a slow answer makes it look later than it is.
 */
final class MessageLock {
    private final Duration length;
    private final Mono<?> renewal;
    private final WorkerEvents events;
    private final CountDownLatch released = new CountDownLatch(1);
    private volatile long end;
    private volatile boolean lost;

    /**
     * For a message that has just been received.
     *
     * @param length
     *            the queue's lock duration
     * @param renewal
     *            renews once for each subscription
     */
    MessageLock(Duration length, Mono<?> renewal, WorkerEvents events) {
        this.length = length;
        this.renewal = renewal;
        this.events = events;
        this.end = System.nanoTime() + length.toNanos();
    }

    /** Renews until {@link #release}; blocks its thread. */
    void keep() {
        try {
            while (!released.await(length.toNanos() / 3, TimeUnit.NANOSECONDS) && held()) {
                renew();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the message is still ours. */
    boolean held() {
        return !lost && System.nanoTime() < end;
    }

    /** Ends the renewing; to be called before the message is settled. */
    void release() {
        released.countDown();
    }

    private void renew() {
        long sent = System.nanoTime();
        try {
            renewal.block(length.dividedBy(3));
            end = sent + length.toNanos();
        } catch (ServiceBusException failed) {
            if (released.getCount() > 0 && ServiceBusFailureReason.MESSAGE_LOCK_LOST.equals(failed.getReason())) {
                lost = true;
                events.lockLost("running");
            }
        } catch (IllegalStateException slow) {
            // No answer in time: tried again until the lock must have ended.
        }
    }
}
