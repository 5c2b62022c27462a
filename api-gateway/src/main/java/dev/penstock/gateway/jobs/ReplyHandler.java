package dev.penstock.gateway.jobs;

import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverAsyncClient;
import com.azure.messaging.servicebus.models.DeadLetterOptions;
import dev.penstock.contracts.MessageCodec;
import dev.penstock.contracts.Reply;
import dev.penstock.contracts.UndecodableMessageException;
import dev.penstock.gateway.bus.QueueReceiver;
import dev.penstock.gateway.process.GatewayEvents;
import dev.penstock.gateway.store.StoreUnavailableException;
import dev.penstock.messaging.Envelopes;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;

/** One reply's life: decode, store, settle. A reply is settled only after its effect is committed. */
public final class ReplyHandler implements QueueReceiver.Handler {
    private static final Duration BROKER_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration PAUSE_WHILE_STORE_IS_DOWN = Duration.ofSeconds(1);
    private static final Duration RENEW_BEFORE_LOCK_ENDS = Duration.ofSeconds(15);

    private final Jobs jobs;
    private final Runtimes runtimes;
    private final Workers workers;
    private final InstantSource clock;
    private final GatewayEvents events;

    public ReplyHandler(Jobs jobs, Runtimes runtimes, Workers workers, InstantSource clock, GatewayEvents events) {
        this.jobs = jobs;
        this.runtimes = runtimes;
        this.workers = workers;
        this.clock = clock;
        this.events = events;
    }

    /**
     * Blocks until the message is settled or nothing more can be done for it: then its lock runs out and the broker
     * delivers it again.
     *
     * @param draining
     *            whether the gateway is about to stop, so that a store that is down isn't waited for
     */
    @Override
    public void handle(ServiceBusReceiverAsyncClient client, ServiceBusReceivedMessage message,
            BooleanSupplier draining) {
        try {
            Reply reply = MessageCodec.decodeReply(Envelopes.from(message));
            store(reply, client, message, draining);
            client.complete(message).block(BROKER_TIMEOUT);
        } catch (UndecodableMessageException poison) {
            events.replyUndecodable(poison);
            deadLetter(client, message, poison);
        } catch (RuntimeException | InterruptedException failure) {
            events.replyNotSettled(failure);
        }
    }

    /** While the store is down the lock is kept, so that waiting for it doesn't use up the message's deliveries. */
    private void store(Reply reply, ServiceBusReceiverAsyncClient client, ServiceBusReceivedMessage message,
            BooleanSupplier draining) throws InterruptedException {
        while (true) {
            try {
                apply(reply).await();
                return;
            } catch (StoreUnavailableException down) {
                if (draining.getAsBoolean()) {
                    throw down;
                }
                events.storeDown(down);
                Thread.sleep(PAUSE_WHILE_STORE_IS_DOWN);
                keepLock(client, message);
            }
        }
    }

    private Future<?> apply(Reply reply) {
        return switch (reply) {
            case Reply.Finished finished -> jobs.finished(finished);
            case Reply.Progressed progressed -> jobs.progressed(progressed);
            case Reply.RuntimesAnnounced announced -> runtimes.announced(announced);
            case Reply.WorkerAnnounced announced -> workers.announced(announced);
        };
    }

    private void keepLock(ServiceBusReceiverAsyncClient client, ServiceBusReceivedMessage message) {
        Instant renewAt = message.getLockedUntil().toInstant().minus(RENEW_BEFORE_LOCK_ENDS);
        if (clock.instant().isAfter(renewAt)) {
            client.renewMessageLock(message).block(BROKER_TIMEOUT);
        }
    }

    private void deadLetter(ServiceBusReceiverAsyncClient client, ServiceBusReceivedMessage message,
            UndecodableMessageException poison) {
        try {
            DeadLetterOptions why = new DeadLetterOptions().setDeadLetterReason("undecodable")
                    .setDeadLetterErrorDescription(poison.getMessage());
            client.deadLetter(message, why).block(BROKER_TIMEOUT);
        } catch (RuntimeException failure) {
            events.replyNotSettled(failure);
        }
    }
}
