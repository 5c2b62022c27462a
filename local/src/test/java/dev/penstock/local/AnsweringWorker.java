package dev.penstock.local;

import com.azure.core.amqp.AmqpRetryMode;
import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusProcessorClient;
import com.azure.messaging.servicebus.ServiceBusReceivedMessageContext;
import com.azure.messaging.servicebus.ServiceBusSenderClient;
import dev.penstock.contracts.JobMessage;
import dev.penstock.contracts.MessageCodec;
import dev.penstock.contracts.Output;
import dev.penstock.contracts.ProgramResult;
import dev.penstock.contracts.Queues;
import dev.penstock.contracts.Reply;
import dev.penstock.contracts.StageResult;
import dev.penstock.contracts.Verdict;
import dev.penstock.messaging.Envelopes;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** Answers every job at once; each execution's output is another, so that a second result would show. */
final class AnsweringWorker implements AutoCloseable {
    private static final int AT_A_TIME = 8;

    private final AtomicLong executions = new AtomicLong();
    private final ServiceBusSenderClient replies;
    private final ServiceBusProcessorClient jobs;

    AnsweringWorker(String connectionString) {
        Queues queues = Queues.unprefixed();
        AmqpRetryOptions retry = new AmqpRetryOptions().setMode(AmqpRetryMode.FIXED)
                .setDelay(Duration.ofMillis(300))
                .setTryTimeout(Duration.ofSeconds(5))
                .setMaxRetries(20);
        this.replies = new ServiceBusClientBuilder().connectionString(connectionString)
                .retryOptions(retry)
                .sender()
                .queueName(queues.results())
                .buildClient();
        this.jobs = new ServiceBusClientBuilder().connectionString(connectionString)
                .retryOptions(retry)
                .processor()
                .queueName(queues.jobs())
                .maxConcurrentCalls(AT_A_TIME)
                .disableAutoComplete()
                .processMessage(this::answer)
                .processError(_ -> {})
                .buildProcessorClient();
        jobs.start();
    }

    long executions() {
        return executions.get();
    }

    private void answer(ServiceBusReceivedMessageContext context) {
        JobMessage job = MessageCodec.decodeJob(Envelopes.from(context.getMessage()));
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        StageResult run = new StageResult(0, null, Output.of("execution " + executions.incrementAndGet()),
                Output.EMPTY, 1L, null, null);
        Reply.Finished reply = Reply.Finished.ran(job, new ProgramResult(Verdict.OK, null, null, run), now, now);
        replies.sendMessage(Envelopes.toMessage(MessageCodec.encode(UUID.randomUUID().toString(), reply)));
        context.complete();
    }

    @Override
    public void close() {
        jobs.close();
        replies.close();
    }
}
