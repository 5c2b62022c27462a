package dev.penstock.bench.pool;

import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusMessageBatch;
import com.azure.messaging.servicebus.ServiceBusReceiverAsyncClient;
import com.azure.messaging.servicebus.ServiceBusSenderClient;
import dev.penstock.contracts.JobMessage;
import dev.penstock.contracts.MessageCodec;
import dev.penstock.contracts.Queues;
import dev.penstock.contracts.Reply;
import dev.penstock.local.stack.LocalServiceBus;
import dev.penstock.messaging.Envelopes;
import dev.penstock.servicebus.EmbeddedServiceBus;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import reactor.core.Disposable;

/** A broker of its own for each row, and both ends of the queues that workers stand between. */
final class Bus implements AutoCloseable {
    private static final String KEY = "a2V5LW9mLXRoZS1iZW5jaA==";
    private static final Duration LONGEST_ROW = Duration.ofMinutes(3);
    private static final int RESULTS_PREFETCH = 200;

    private final EmbeddedServiceBus broker = LocalServiceBus
            .start(Map.of("PENSTOCK_SERVICEBUS_PORT", "0", "PENSTOCK_SERVICEBUS_KEY", KEY));
    private final Queues queues = Queues.unprefixed();

    String connectionString() {
        return broker.connectionString();
    }

    ServiceBusClientBuilder client() {
        return new ServiceBusClientBuilder().connectionString(broker.connectionString())
                .retryOptions(new AmqpRetryOptions().setTryTimeout(Duration.ofSeconds(20)));
    }

    long deadLettered() {
        return broker.queue(queues.jobs()).counts().deadLettered();
    }

    /** Puts that many jobs on the queue. */
    void sendJobs(int jobs) {
        try (ServiceBusSenderClient sender = client().sender().queueName(queues.jobs()).buildClient()) {
            ServiceBusMessageBatch batch = sender.createMessageBatch();
            for (int i = 0; i < jobs; i++) {
                ServiceBusMessage message = Envelopes.toMessage(MessageCodec.encode(JobMessage.first(Rig.job(i))));
                if (!batch.tryAddMessage(message)) {
                    sender.sendMessages(batch);
                    batch = sender.createMessageBatch();
                    batch.tryAddMessage(message);
                }
            }
            sender.sendMessages(batch);
        }
    }

    /**
     * Collects that many results and returns how many jobs ran in a second, between the first start and the last end, by
     * the times that the workers put into the results: when they are collected doesn't matter.
     */
    double resultsPerSecond(int jobs) throws InterruptedException {
        Queue<Instant> starts = new ConcurrentLinkedQueue<>();
        Queue<Instant> ends = new ConcurrentLinkedQueue<>();
        CountDownLatch left = new CountDownLatch(jobs);
        try (ServiceBusReceiverAsyncClient receiver = client().receiver()
                .queueName(queues.results())
                .disableAutoComplete()
                .maxAutoLockRenewDuration(Duration.ZERO)
                .prefetchCount(RESULTS_PREFETCH)
                .buildAsyncClient()) {
            Disposable subscription = receiver.receiveMessages().flatMap(message -> {
                if (MessageCodec.decodeReply(Envelopes.from(message)) instanceof Reply.Finished finished) {
                    starts.add(Objects.requireNonNull(finished.startedAt(), "a job did not run"));
                    ends.add(finished.finishedAt());
                    left.countDown();
                }
                return receiver.complete(message);
            }, RESULTS_PREFETCH).subscribe();
            boolean all = left.await(LONGEST_ROW.toSeconds(), TimeUnit.SECONDS);
            subscription.dispose();
            if (!all) {
                throw new IllegalStateException(left.getCount() + " of " + jobs + " results are missing");
            }
        }
        Duration took = Duration.between(Collections.min(starts), Collections.max(ends));
        return jobs / (took.toNanos() / 1e9);
    }

    @Override
    public void close() {
        broker.close();
    }
}
