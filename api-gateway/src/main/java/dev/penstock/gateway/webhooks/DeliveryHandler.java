package dev.penstock.gateway.webhooks;

import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverAsyncClient;
import com.azure.messaging.servicebus.models.DeadLetterOptions;
import dev.penstock.contracts.UndecodableMessageException;
import dev.penstock.gateway.bus.QueueReceiver;
import dev.penstock.gateway.guard.EgressGuard;
import dev.penstock.gateway.guard.SecretBox;
import dev.penstock.gateway.process.GatewayEvents;
import dev.penstock.gateway.store.BatchReader;
import dev.penstock.gateway.store.Delivery;
import dev.penstock.gateway.store.Delivery.Attempt;
import dev.penstock.gateway.store.Delivery.State;
import dev.penstock.gateway.store.DeliveryStore;
import dev.penstock.gateway.store.JobReader;
import dev.penstock.gateway.webhooks.WebhookClient.Outcome;
import dev.penstock.messaging.Envelopes;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;

/**
 * One attempt's life: look the delivery up, post it, write down what came of it, have the next attempt made. The message
 * is settled last; whatever fails before leaves it to the broker, or to {@link Deliveries#findLost}.
 */
public final class DeliveryHandler implements QueueReceiver.Handler {
    private static final Duration BROKER_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration BUSY_ENDPOINT_PAUSE = Duration.ofSeconds(3);
    private static final int GONE = 410;

    private final DeliveryStore store;
    private final Deliveries deliveries;
    private final WebhookPayload payload;
    private final WebhookClient client;
    private final SecretBox box;
    private final Endpoints endpoints = new Endpoints();
    private final InstantSource clock;
    private final GatewayEvents events;

    /**
     * A handler for the {@code webhooks} queue.
     *
     * @param box
     *            that the secrets were sealed with
     */
    public static DeliveryHandler create(Vertx vertx, EgressGuard guard, SecretBox box, JobReader reader,
            BatchReader batches, DeliveryStore store, Deliveries deliveries, InstantSource clock,
            GatewayEvents events) {
        return new DeliveryHandler(store, deliveries, new WebhookPayload(reader, batches),
                new WebhookClient(vertx, guard, clock), box, clock, events);
    }

    private DeliveryHandler(DeliveryStore store, Deliveries deliveries, WebhookPayload payload, WebhookClient client,
            SecretBox box, InstantSource clock, GatewayEvents events) {
        this.store = store;
        this.deliveries = deliveries;
        this.payload = payload;
        this.client = client;
        this.box = box;
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
                attempt(delivery.get(), word.attempt());
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

    private void attempt(Delivery delivery, int attempt) {
        if (delivery.url().isEmpty()) {
            store.stop(delivery.id()).await();
            return;
        }
        URI url = URI.create(delivery.url().get());
        String endpoint = endpoint(url);
        if (!endpoints.tryEnter(delivery.tenant(), endpoint)) {
            Instant later = clock.instant().plus(BUSY_ENDPOINT_PAUSE);
            store.postpone(delivery.id(), later).await();
            deliveries.schedule(delivery.id(), attempt, later).await();
            return;
        }
        try {
            payload.of(delivery).ifPresent(body -> post(delivery, attempt, url, body));
        } finally {
            endpoints.leave(delivery.tenant(), endpoint);
        }
    }

    private static String endpoint(URI url) {
        return url.getRawAuthority().toLowerCase(Locale.ROOT);
    }

    private void post(Delivery delivery, int attempt, URI url, byte[] body) {
        Instant start = clock.instant();
        Outcome outcome = client.post(url, headers(delivery, start, body), body);
        Instant end = clock.instant();
        events.webhookAttempted(outcome instanceof Outcome.Answered(int status, _) ? status : 0);
        Optional<Duration> pause = pauseAfter(outcome, delivery.tries() + 1);
        Instant due = end.plus(pause.orElse(Duration.ZERO));
        Attempt entry = entry(attempt, start, Duration.between(start, end), outcome);
        boolean news = store.attempted(delivery.id(), entry, stateAfter(outcome, pause), due).await();
        if (news && pause.isPresent()) {
            deliveries.schedule(delivery.id(), attempt + 1, due).await();
        }
    }

    private Map<String, String> headers(Delivery delivery, Instant now, byte[] body) {
        long timestamp = now.getEpochSecond();
        List<String> secrets = List.of(box.open(delivery.secrets()).split(" "));
        return Map.of("Content-Type", "application/json", "User-Agent", "Penstock-Webhook/1", "webhook-id",
                delivery.id(), "webhook-timestamp", Long.toString(timestamp), "webhook-signature",
                WebhookSignature.of(secrets, delivery.id(), timestamp, body));
    }

    /** Empty when no further attempt is to be made. */
    private static Optional<Duration> pauseAfter(Outcome outcome, int tries) {
        return switch (outcome) {
            case Outcome.Answered(int status, _) when isFinal(status) -> Optional.empty();
            case Outcome.Answered(_, Duration retryAfter) ->
                RetrySchedule.next(tries, retryAfter, ThreadLocalRandom.current());
            case Outcome.Unanswered _ -> RetrySchedule.next(tries, Duration.ZERO, ThreadLocalRandom.current());
        };
    }

    private static State stateAfter(Outcome outcome, Optional<Duration> pause) {
        return switch (outcome) {
            case Outcome.Answered(int status, _) when isSuccess(status) -> State.DELIVERED;
            case Outcome.Answered(int status, _) when status == GONE -> State.STOPPED;
            case Outcome.Answered _,Outcome.Unanswered _ -> pause.isPresent() ? State.PENDING : State.FAILED;
        };
    }

    private static Attempt entry(int attempt, Instant start, Duration took, Outcome outcome) {
        return switch (outcome) {
            case Outcome.Answered(int status, _) -> new Attempt(attempt, start, took.toMillis(), status, null);
            case Outcome.Unanswered(String reason) -> new Attempt(attempt, start, took.toMillis(), null, reason);
        };
    }

    private static boolean isFinal(int status) {
        return isSuccess(status) || status == GONE;
    }

    private static boolean isSuccess(int status) {
        return status >= 200 && status < 300;
    }
}
