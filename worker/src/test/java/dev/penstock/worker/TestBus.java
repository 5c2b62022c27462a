package dev.penstock.worker;

import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverAsyncClient;
import com.azure.messaging.servicebus.ServiceBusReceiverClient;
import com.azure.messaging.servicebus.ServiceBusSenderClient;
import com.azure.messaging.servicebus.models.ServiceBusReceiveMode;
import com.azure.messaging.servicebus.models.SubQueue;
import dev.penstock.contracts.Cancellation;
import dev.penstock.contracts.Envelope;
import dev.penstock.contracts.Job;
import dev.penstock.contracts.JobMessage;
import dev.penstock.contracts.MessageCodec;
import dev.penstock.contracts.Queues;
import dev.penstock.contracts.Reply;
import dev.penstock.messaging.BusAddress;
import dev.penstock.messaging.Envelopes;
import dev.penstock.servicebus.EmbeddedServiceBus;
import dev.penstock.servicebus.entity.QueueCounts;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import reactor.core.Disposable;

/** A broker with Penstock's queues, and the gateway's side of it. */
final class TestBus implements AutoCloseable {
    private static final Queues QUEUES = Queues.unprefixed();

    private final EmbeddedServiceBus bus;
    private final ServiceBusSenderClient jobs;
    private final ServiceBusSenderClient cancellations;
    private final ServiceBusReceiverAsyncClient results;
    private final Disposable receiving;
    private final List<Reply> replies = new CopyOnWriteArrayList<>();

    private TestBus(EmbeddedServiceBus bus) {
        this.bus = bus;
        var builder = address().newBuilder(new AmqpRetryOptions().setTryTimeout(Duration.ofSeconds(20)));
        this.jobs = builder.sender().queueName(QUEUES.jobs()).buildClient();
        this.cancellations = builder.sender().queueName(QUEUES.cancellations()).buildClient();
        this.results = builder.receiver()
                .queueName(QUEUES.results())
                .receiveMode(ServiceBusReceiveMode.RECEIVE_AND_DELETE)
                .buildAsyncClient();
        this.receiving = results.receiveMessages()
                .subscribe(message -> replies.add(MessageCodec.decodeReply(Envelopes.from(message))));
    }

    /** Starts on that port, 0 for a free one. */
    static TestBus start(int port, Duration jobLock) {
        return start(port, jobLock, Duration.ofSeconds(30));
    }

    static TestBus start(int port, Duration jobLock, Duration slotLock) {
        var builder = EmbeddedServiceBus.builder().port(port);
        for (Queues.Spec spec : QUEUES.specs()) {
            Duration lock = spec.requiresSession() ? slotLock : jobLock;
            builder.queue(spec.name(), options -> options.lockDuration(lock)
                    .maxDeliveryCount(spec.maxDeliveryCount())
                    .requiresSession(spec.requiresSession())
                    .duplicateDetection(spec.duplicateWindow().isZero() ? null : spec.duplicateWindow()));
        }
        return new TestBus(builder.start());
    }

    int port() {
        return bus.port();
    }

    String connectionString() {
        return bus.connectionString();
    }

    private BusAddress address() {
        return new BusAddress.ConnectionString(bus.connectionString());
    }

    void send(Job job) {
        send(MessageCodec.encode(JobMessage.first(job)));
    }

    void send(Envelope envelope) {
        jobs.sendMessage(Envelopes.toMessage(envelope));
    }

    void send(ServiceBusMessage message) {
        jobs.sendMessage(message);
    }

    void cancel(String jobId) {
        cancellations.sendMessage(Envelopes.toMessage(MessageCodec
                .encode(new Cancellation(Cancellation.VERSION, jobId, Instant.now()))));
    }

    /** Everything the workers said, in order. */
    List<Reply> replies() {
        return replies;
    }

    List<Reply.Finished> finished() {
        return all(Reply.Finished.class);
    }

    <R extends Reply> List<R> all(Class<R> kind) {
        return replies.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    QueueCounts jobCounts() {
        return bus.queue(QUEUES.jobs()).counts();
    }

    boolean jobsEmpty() {
        return jobCounts().equals(new QueueCounts(0, 0, 0, 0, 0));
    }

    /** How many slots the ledger holds. */
    long slots() {
        QueueCounts counts = bus.queue(QUEUES.slots()).counts();
        return counts.active() + counts.locked();
    }

    /** The dead-lettered jobs; takes them away. */
    List<ServiceBusReceivedMessage> deadLetters(int count) {
        try (ServiceBusReceiverClient receiver = address().newBuilder(new AmqpRetryOptions())
                .receiver()
                .queueName(QUEUES.jobs())
                .subQueue(SubQueue.DEAD_LETTER_QUEUE)
                .receiveMode(ServiceBusReceiveMode.RECEIVE_AND_DELETE)
                .buildClient()) {
            return receiver.receiveMessages(count, Duration.ofSeconds(30)).stream().toList();
        }
    }

    @Override
    public void close() {
        receiving.dispose();
        results.close();
        jobs.close();
        cancellations.close();
        bus.close();
    }
}
