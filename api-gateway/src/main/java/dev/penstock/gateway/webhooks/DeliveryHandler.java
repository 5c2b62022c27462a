package dev.penstock.gateway.webhooks;

import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverAsyncClient;
import com.azure.messaging.servicebus.models.DeadLetterOptions;
import dev.penstock.contracts.UndecodableMessageException;
import dev.penstock.gateway.bus.QueueReceiver;
import dev.penstock.gateway.guard.EgressGuard;
import dev.penstock.gateway.guard.SecretBox;
import dev.penstock.gateway.process.GatewayEvents;
import dev.penstock.gateway.process.WebhookConfig;
import dev.penstock.gateway.store.BatchReader;
import dev.penstock.gateway.store.Delivery;
import dev.penstock.gateway.store.Delivery.State;
import dev.penstock.gateway.store.DeliveryStore;
import dev.penstock.gateway.store.JobReader;
import dev.penstock.gateway.webhooks.Endpoints.Endpoint;
import dev.penstock.gateway.webhooks.WebhookClient.Outcome;
import dev.penstock.messaging.Envelopes;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/**
 * One attempt's life: look the delivery up, post it, write down what came of it, have the next attempt made. The message
 * is settled last; whatever fails before leaves it to the broker, or to {@link Deliveries#findLost}.
 */
public final class DeliveryHandler implements QueueReceiver.Handler {
    private static final Duration BROKER_TIMEOUT = Duration.ofSeconds(10);

    private final DeliveryStore store;
    private final Deliveries deliveries;
    private final WebhookPayload payload;
    private final WebhookClient client;
    private final SecretBox box;
    private final RetrySchedule schedule;
    private final Endpoints endpoints = new Endpoints();
    private final InstantSource clock;
    private final GatewayEvents events;

    /**
     * A handler for the {@code webhooks} queue.
     *
     * @param box
     *            that the secrets were sealed with
     */
    public static DeliveryHandler create(Vertx vertx, WebhookConfig config, EgressGuard guard, SecretBox box,
            JobReader reader, BatchReader batches, DeliveryStore store, Deliveries deliveries, InstantSource clock,
            GatewayEvents events) {
        return new DeliveryHandler(store, deliveries, new WebhookPayload(reader, batches),
                new WebhookClient(vertx, guard, config.timeout(), clock), box, new RetrySchedule(config.pauses()),
                clock, events);
    }

    private DeliveryHandler(DeliveryStore store, Deliveries deliveries, WebhookPayload payload, WebhookClient client,
            SecretBox box, RetrySchedule schedule, InstantSource clock, GatewayEvents events) {
        this.store = store;
        this.deliveries = deliveries;
        this.payload = payload;
        this.client = client;
        this.box = box;
        this.schedule = schedule;
        this.clock = clock;
        this.events = events;
    }

    @Override
    public void handle(ServiceBusReceiverAsyncClient broker, ServiceBusReceivedMessage message,
            BooleanSupplier draining) {
        try {
            DeliveryMessage word = DeliveryMessage.decode(Envelopes.from(message));
            Optional<Delivery> delivery = store.find(word.deliveryId()).await().filter(found -> isDue(found, word));
            if (delivery.isPresent()) {
                attempt(delivery.get(), word);
            }
            broker.complete(message).block(BROKER_TIMEOUT);
        } catch (UndecodableMessageException poison) {
            events.deliveryUndecodable(poison);
            broker.deadLetter(message, new DeadLetterOptions().setDeadLetterReason("undecodable"))
                    .onErrorComplete()
                    .block(BROKER_TIMEOUT);
        } catch (RuntimeException failure) {
            events.deliveryNotSettled(failure);
        }
    }

    private static boolean isDue(Delivery delivery, DeliveryMessage word) {
        return delivery.state() == State.PENDING && delivery.attempts() == word.attempt() - 1;
    }

    private void attempt(Delivery delivery, DeliveryMessage word) {
        if (delivery.url().isEmpty()) {
            store.stop(delivery.id()).await();
            return;
        }
        URI url = URI.create(delivery.url().get());
        Endpoint endpoint = Endpoint.of(delivery.tenant(), url);
        switch (endpoints.tryEnter(endpoint, schedule.nextIsLast(delivery.tries()))) {
            case ENTERED -> attemptInside(delivery, word, url, endpoint);
            case BUSY -> putOff(word);
            case FAILING -> {
                events.webhookSpared();
                conclude(delivery, Conclusion.spared(delivery, clock.instant(), schedule, random()));
            }
        }
    }

    private void attemptInside(Delivery delivery, DeliveryMessage word, URI url, Endpoint endpoint) {
        try {
            Optional<byte[]> body = payload.of(delivery);
            if (body.isPresent()) {
                post(delivery, word, url, endpoint, body.get());
            }
        } finally {
            endpoints.leave(endpoint);
        }
    }

    /** No try is charged, and the later the more often: a tenant's own long queue must not keep everybody busy. */
    private void putOff(DeliveryMessage word) {
        Instant later = clock.instant().plus(RetrySchedule.whileBusy(word.timesBounced(), random()));
        store.postpone(word.deliveryId(), later).await();
        deliveries.schedule(word.bounced(), later).await();
    }

    private void post(Delivery delivery, DeliveryMessage word, URI url, Endpoint endpoint, byte[] body) {
        Instant start = clock.instant();
        Map<String, String> headers;
        try {
            headers = headers(delivery, start, body);
        } catch (SecretBox.WrongKeyException lost) {
            events.webhookSecretsUnreadable();
            conclude(delivery, Conclusion.unreadableSecrets(delivery, start));
            return;
        }
        switch (client.post(delivery.tenant(), url, headers, body)) {
            case Outcome.NotTried _ -> putOff(word);
            case Outcome.Tried outcome -> {
                events.webhookAttempted(outcome instanceof Outcome.Answered(int status, _) ? status : 0);
                Conclusion conclusion = Conclusion.of(outcome, delivery, start, clock.instant(), schedule, random());
                if (conclusion.receiverWorks()) {
                    endpoints.succeeded(endpoint);
                } else {
                    endpoints.failed(endpoint);
                }
                conclude(delivery, conclusion);
            }
        }
    }

    private void conclude(Delivery delivery, Conclusion conclusion) {
        Instant due = clock.instant().plus(conclusion.pause().orElse(Duration.ZERO));
        boolean news = store.attempted(delivery.id(), conclusion.entry(), conclusion.state(), due).await();
        if (news && conclusion.pause().isPresent()) {
            deliveries.schedule(delivery.id(), conclusion.entry().attempt() + 1, due).await();
        }
    }

    private Map<String, String> headers(Delivery delivery, Instant now, byte[] body) {
        long timestamp = now.getEpochSecond();
        List<String> secrets = List.of(box.open(delivery.secrets()).split(" "));
        return Map.of("Content-Type", "application/json", "User-Agent", "Penstock-Webhook/1", "webhook-id",
                delivery.id(), "webhook-timestamp", Long.toString(timestamp), "webhook-signature",
                WebhookSignature.of(secrets, delivery.id(), timestamp, body));
    }

    private static RandomGenerator random() {
        return ThreadLocalRandom.current();
    }
}
