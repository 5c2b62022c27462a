package dev.penstock.bench.broker;

import com.azure.core.util.BinaryData;
import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusSenderAsyncClient;
import com.azure.messaging.servicebus.ServiceBusSenderClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** The ways in which clients use a broker, with messages of 1 KiB. */
final class Workload {
    static final int BODY_BYTES = 1024;
    /** Messages in a batch. */
    static final int BATCH = 100;
    private static final byte[] BODY = new byte[BODY_BYTES];
    private static final int IN_FLIGHT = 64;
    private static final int CONCURRENT_CALLS = 32;
    private static final long DEADLINE_SECONDS = 120;

    private final Contender contender;

    Workload(Contender contender) {
        this.contender = contender;
    }

    private ServiceBusClientBuilder connection() {
        return new ServiceBusClientBuilder().connectionString(contender.connectionString());
    }

    private static ServiceBusMessage message() {
        return new ServiceBusMessage(BinaryData.fromBytes(BODY));
    }

    /** Messages per second, one transfer each, 64 under way. */
    double singleSends(int count) {
        try (var sender = connection().sender().queueName("sink").buildAsyncClient()) {
            sendOneByOne(sender, 1);
            long start = System.nanoTime();
            sendOneByOne(sender, count);
            return perSecond(count, start);
        } finally {
            contender.emptySink();
        }
    }

    private static void sendOneByOne(ServiceBusSenderAsyncClient sender, int count) {
        var free = new Semaphore(IN_FLIGHT);
        var done = new CountDownLatch(count);
        for (int i = 0; i < count; i++) {
            free.acquireUninterruptibly();
            sender.sendMessage(message()).doFinally(_ -> free.release()).doOnSuccess(_ -> done.countDown()).subscribe();
        }
        await(done);
    }

    /** Messages per second, 100 to a transfer, one transfer after the other. */
    double batchSends(int count) {
        try (var sender = connection().sender().queueName("sink").buildClient()) {
            sendInBatches(sender, BATCH);
            long start = System.nanoTime();
            sendInBatches(sender, count);
            return perSecond(count, start);
        } finally {
            contender.emptySink();
        }
    }

    private static void sendInBatches(ServiceBusSenderClient sender, int count) {
        var batch = IntStream.range(0, BATCH).mapToObj(_ -> message()).toList();
        for (int sent = 0; sent < count; sent += BATCH) {
            sender.sendMessages(batch);
        }
    }

    /** Sends so many messages to a queue, in batches. */
    void fill(String queue, int count) {
        try (var sender = connection().sender().queueName(queue).buildClient()) {
            sendInBatches(sender, count);
        }
    }

    /** Receives and completes so many messages of a queue, prefetched, 64 completions under way. */
    void empty(String queue, int count) {
        try (var receiver = connection().receiver()
                .queueName(queue)
                .prefetchCount(200)
                .disableAutoComplete()
                .maxAutoLockRenewDuration(Duration.ZERO)
                .buildAsyncClient()) {
            var done = new CountDownLatch(count);
            var subscription = receiver.receiveMessages()
                    .flatMap(message -> receiver.complete(message).doOnSuccess(_ -> done.countDown()), IN_FLIGHT)
                    .subscribe();
            await(done);
            subscription.dispose();
        }
    }

    /** Messages per second, prefetched, 64 completions under way. */
    double asyncReceiveAndComplete(int count) {
        if (contender.bus() != null) {
            fill(BareResponder.CANNED, count);
        }
        long start = System.nanoTime();
        empty(BareResponder.CANNED, count);
        return perSecond(count, start);
    }

    /** Messages per second from a batch send through a processor to their completion. */
    double throughProcessor(int count) {
        // The yardstick forwards transfers as they are, so a batch would arrive as one message: it makes up others instead.
        boolean yardstick = contender.bus() == null;
        var done = new CountDownLatch(count);
        try (var sender = connection().sender().queueName(yardstick ? "sink" : "relay-a").buildClient();
                var processor = connection().processor()
                        .queueName(yardstick ? BareResponder.CANNED : "relay-a")
                        .maxConcurrentCalls(CONCURRENT_CALLS)
                        .prefetchCount(100)
                        .maxAutoLockRenewDuration(Duration.ZERO)
                        .processMessage(_ -> done.countDown())
                        .processError(_ -> {
                            // The count that is missing in the end shows it.
                        })
                        .buildProcessorClient()) {
            long start = System.nanoTime();
            processor.start();
            sendInBatches(sender, count);
            await(done);
            return perSecond(count, start);
        }
    }

    /** Milliseconds of each round trip: a request, the worker that receives it, its reply. */
    List<Double> roundTrips(int count) throws InterruptedException {
        var replies = new LinkedBlockingQueue<Boolean>(count);
        try (var requests = connection().sender().queueName("relay-c").buildClient();
                var answers = connection().sender().queueName("relay-d").buildAsyncClient();
                var worker = connection().receiver()
                        .queueName("relay-c")
                        .disableAutoComplete()
                        .maxAutoLockRenewDuration(Duration.ZERO)
                        .buildAsyncClient();
                var asker = connection().receiver()
                        .queueName("relay-d")
                        .disableAutoComplete()
                        .maxAutoLockRenewDuration(Duration.ZERO)
                        .buildAsyncClient()) {
            worker.receiveMessages()
                    .concatMap(request -> worker.complete(request).then(answers.sendMessage(message())))
                    .subscribe();
            asker.receiveMessages()
                    .concatMap(reply -> asker.complete(reply).doOnSuccess(_ -> replies.add(true)))
                    .subscribe();
            List<Double> millis = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                long start = System.nanoTime();
                requests.sendMessage(message());
                if (replies.poll(DEADLINE_SECONDS, TimeUnit.SECONDS) == null) {
                    throw new IllegalStateException("no reply came");
                }
                millis.add((System.nanoTime() - start) / 1e6);
            }
            return millis;
        }
    }

    private static void await(CountDownLatch done) {
        try {
            if (!done.await(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException(done.getCount() + " messages did not come");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static double perSecond(int count, long start) {
        return count / ((System.nanoTime() - start) / 1e9);
    }
}
