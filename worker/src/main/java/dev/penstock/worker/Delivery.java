package dev.penstock.worker;

import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverAsyncClient;
import com.azure.messaging.servicebus.models.DeadLetterOptions;
import dev.penstock.contracts.Envelope;
import dev.penstock.messaging.Envelopes;
import dev.penstock.worker.events.WorkerEvents;
import java.time.Duration;
import reactor.core.publisher.Mono;

/** One message in hand, locked until it is settled. Settling twice does nothing. Used by one thread. */
final class Delivery {
    private static final Duration SETTLE_TIMEOUT = Duration.ofSeconds(20);

    private final ServiceBusReceivedMessage message;
    private final ServiceBusReceiverAsyncClient receiver;
    private final MessageLock lock;
    private final WorkerEvents events;
    private boolean settled;

    Delivery(ServiceBusReceivedMessage message, ServiceBusReceiverAsyncClient receiver, Duration lockLength,
            WorkerEvents events) {
        this.message = message;
        this.receiver = receiver;
        this.events = events;
        this.lock = new MessageLock(lockLength, Mono.defer(() -> receiver.renewMessageLock(message)), events);
    }

    Envelope envelope() {
        return Envelopes.from(message);
    }

    /** Failed deliveries before this one. */
    long deliveryCount() {
        return message.getDeliveryCount();
    }

    MessageLock lock() {
        return lock;
    }

    void complete() {
        settle("complete", receiver.complete(message));
    }

    /** Gives the message back at once, at the price of one delivery. */
    void abandon() {
        settle("abandon", receiver.abandon(message));
    }

    void deadLetter(String reason, String description) {
        settle("dead-letter", receiver.deadLetter(message,
                new DeadLetterOptions().setDeadLetterReason(reason).setDeadLetterErrorDescription(description)));
    }

    private void settle(String how, Mono<Void> settlement) {
        if (settled) {
            return;
        }
        settled = true;
        lock.release();
        try {
            settlement.block(SETTLE_TIMEOUT);
        } catch (RuntimeException failed) {
            events.settleFailed(how, failed);
        }
    }
}
