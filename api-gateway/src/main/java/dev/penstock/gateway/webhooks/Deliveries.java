package dev.penstock.gateway.webhooks;

import dev.penstock.gateway.bus.MessageSender;
import dev.penstock.gateway.process.GatewayEvents;
import dev.penstock.gateway.store.Delivery;
import dev.penstock.gateway.store.DeliveryStore;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/** Has deliveries attempted when they are due. What a crash or the broker loses on the way is found again. */
public final class Deliveries {
    private static final int PAGE = 200;
    private static final int FIRST_ATTEMPT = 1;

    private final DeliveryStore store;
    private final MessageSender queue;
    private final InstantSource clock;
    private final GatewayEvents events;

    public Deliveries(DeliveryStore store, MessageSender queue, InstantSource clock, GatewayEvents events) {
        this.store = store;
        this.queue = queue;
        this.clock = clock;
        this.events = events;
    }

    /** The first attempt of a delivery that the store made just now. A failure is made good by {@link #findLost}. */
    public void begin(String deliveryId) {
        schedule(deliveryId, FIRST_ATTEMPT, clock.instant()).onFailure(events::deliveryNotQueued);
    }

    /** Has the attempt made at that time. */
    Future<Void> schedule(String deliveryId, int attempt, Instant at) {
        return schedule(DeliveryMessage.of(deliveryId, attempt), at);
    }

    /** The same, of an attempt that there may have been word of before. */
    Future<Void> schedule(DeliveryMessage message, Instant at) {
        Instant now = clock.instant();
        return at.isAfter(now)
                ? queue.sendAt(message.encode(now), at)
                : queue.send(message.encode(now));
    }

    /** Starts a new round of tries; whether the tenant has such a delivery. */
    public Future<Boolean> replay(String tenant, String ownerId, String deliveryId) {
        Instant now = clock.instant();
        return store.replay(tenant, ownerId, deliveryId, now)
                .compose(known -> known
                        ? store.find(deliveryId).onSuccess(found -> found.ifPresent(this::beginAgain)).map(true)
                        : Future.succeededFuture(false));
    }

    /**
     * Has attempts made whose message must have been lost. Blocks.
     *
     * @param grace
     *            after the due time; longer than an attempt takes
     */
    public void findLost(Duration grace) {
        Instant now = clock.instant();
        List<String> lost = store.dueBefore(now.minus(grace), PAGE).await();
        for (String id : lost) {
            store.find(id).await().ifPresent(delivery -> {
                schedule(id, delivery.attempts() + 1, now).await();
                store.postpone(id, now).await();
            });
        }
    }

    private void beginAgain(Delivery delivery) {
        schedule(delivery.id(), delivery.attempts() + 1, clock.instant()).onFailure(events::deliveryNotQueued);
    }
}
