package dev.penstock.bench.pool;

import com.azure.messaging.servicebus.ServiceBusProcessorClient;
import com.azure.messaging.servicebus.ServiceBusReceivedMessageContext;
import dev.penstock.configuration.Settings;
import dev.penstock.contracts.JobMessage;
import dev.penstock.contracts.MessageCodec;
import dev.penstock.contracts.Queues;
import dev.penstock.messaging.Envelopes;
import dev.penstock.worker.pool.Cut;
import dev.penstock.worker.pool.Outcome;
import dev.penstock.worker.pool.PoolClient;
import dev.penstock.worker.pool.PoolConfig;
import dev.penstock.worker.pool.PoolToken;
import dev.penstock.worker.pool.SessionIdentifier;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What one writes first: the SDK's processor with a round number of concurrent calls, a stop after each job, and an
 * abandon when the pool answers 429.
 */
record AbandoningProcessor(int concurrentCalls, int jobs) {
    private static final long LONGEST_SECONDS = 120;

    /** Jobs in a second that ran; the others went to the dead-letter queue. */
    double run(Rig rig, Bus bus) throws InterruptedException {
        var settings = new Settings(rig.settings());
        var config = PoolConfig.from(settings);
        settings.verify();
        CountDownLatch ran = new CountDownLatch(jobs);
        PoolToken token = PoolToken.fixed(config.get().token().orElseThrow());
        try (PoolClient pool = new PoolClient(rig.vertx(), config.get(), token, concurrentCalls);
                ServiceBusProcessorClient processor = bus.client()
                        .processor()
                        .queueName(Queues.unprefixed().jobs())
                        .disableAutoComplete()
                        .maxConcurrentCalls(concurrentCalls)
                        .processMessage(message -> one(pool, message, ran))
                        .processError(_ -> {
                        })
                        .buildProcessorClient()) {
            long start = System.nanoTime();
            processor.start();
            long deadline = start + TimeUnit.SECONDS.toNanos(LONGEST_SECONDS);
            while (ran.getCount() > bus.deadLettered() && System.nanoTime() < deadline) {
                ran.await(50, TimeUnit.MILLISECONDS);
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            processor.stop();
            return (jobs - ran.getCount()) / seconds;
        }
    }

    private static void one(PoolClient pool, ServiceBusReceivedMessageContext received, CountDownLatch ran) {
        JobMessage message = MessageCodec.decodeJob(Envelopes.from(received.getMessage()));
        SessionIdentifier session = SessionIdentifier.fresh("plain", 0);
        if (pool.execute(session, message.job(), new Cut()) instanceof Outcome.Ran) {
            pool.stop(session);
            received.complete();
            ran.countDown();
        } else {
            received.abandon();
        }
    }
}
