package dev.penstock.worker;

import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverAsyncClient;
import dev.penstock.contracts.MessageCodec;
import dev.penstock.contracts.Queues;
import dev.penstock.contracts.UndecodableMessageException;
import dev.penstock.messaging.Envelopes;
import dev.penstock.worker.events.WorkerEvents;
import dev.penstock.worker.pool.Cut;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Knows which jobs nobody wants any more: browses the {@code cancellations} queue, where each worker keeps its own place.
 * It only saves slots; what a cancelled job comes to changes nothing (decision 8). Thread safe.
 */
final class Cancellations implements AutoCloseable {
    private static final Duration BROWSE_TIMEOUT = Duration.ofSeconds(30);
    private static final int PAGE = 250;
    /** Enough for a day of cancellations; the oldest are forgotten, and such a job would just run. */
    private static final int REMEMBERED = 100_000;

    private final ServiceBusReceiverAsyncClient browser;
    private final Duration interval;
    private final WorkerEvents events;
    private final Map<String, Cut> running = new ConcurrentHashMap<>();
    private final RecentIds cancelled = new RecentIds(REMEMBERED);
    private final CountDownLatch closed = new CountDownLatch(1);
    private long next;

    Cancellations(ServiceBusClientBuilder connection, Queues queues, Duration interval, WorkerEvents events) {
        this.browser = connection.receiver()
                .queueName(queues.cancellations())
                .disableAutoComplete()
                .buildAsyncClient();
        this.interval = interval;
        this.events = events;
    }

    /** From now on a cancellation of that job cuts its call, one that is known already at once. */
    void watch(String jobId, Cut cut) {
        running.put(jobId, cut);
        if (known(jobId)) {
            cut.now("the job was cancelled");
        }
    }

    void unwatch(String jobId, Cut cut) {
        running.remove(jobId, cut);
    }

    /** Whether nobody wants that job any more. */
    boolean known(String jobId) {
        return cancelled.contains(jobId);
    }

    /** Browses until closed; blocks its thread. */
    void keepBrowsing() {
        try {
            do {
                browse();
            } while (!closed.await(interval.toNanos(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        browser.close();
    }

    private void browse() {
        try {
            while (closed.getCount() > 0) {
                List<ServiceBusReceivedMessage> page = browser.peekMessages(PAGE, next)
                        .collectList()
                        .block(BROWSE_TIMEOUT);
                if (page == null || page.isEmpty()) {
                    return;
                }
                page.forEach(this::learn);
                next = page.getLast().getSequenceNumber() + 1;
            }
        } catch (RuntimeException failed) {
            // A broker that forgot everything counts anew: what is known already does no harm.
            next = 0;
            if (closed.getCount() > 0) {
                events.cancellationsUnknown(failed);
            }
        }
    }

    private void learn(ServiceBusReceivedMessage message) {
        try {
            String jobId = MessageCodec.decodeCancellation(Envelopes.from(message)).jobId();
            cancelled.add(jobId);
            Cut cut = running.get(jobId);
            if (cut != null) {
                cut.now("the job was cancelled");
            }
        } catch (UndecodableMessageException foreign) {
            // Whatever it is, it cancels nothing, and it goes with its time to live.
        }
    }
}
