package dev.penstock.gateway.http;

import dev.penstock.contracts.Job;
import dev.penstock.gateway.store.Delivery;
import dev.penstock.gateway.store.DeliveryStore;
import dev.penstock.gateway.webhooks.Deliveries;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The operations on the webhook deliveries of a job or batch. */
final class DeliveryOperations {
    private final DeliveryStore store;
    private final Deliveries deliveries;

    DeliveryOperations(DeliveryStore store, Deliveries deliveries) {
        this.store = store;
        this.deliveries = deliveries;
    }

    /**
     * A delivery as callers see it.
     *
     * @param nextAttemptAt
     *            {@code null} when none follows
     */
    record View(String id, String state, Instant createdAt, @Nullable Instant nextAttemptAt,
            List<Delivery.Attempt> attempts) {
        static View of(Delivery delivery) {
            boolean pending = delivery.state() == Delivery.State.PENDING;
            return new View(delivery.id(), delivery.state().name().toLowerCase(Locale.ROOT), delivery.createdAt(),
                    pending ? delivery.dueAt() : null, delivery.log());
        }
    }

    /** {@code GET /v1/jobs/{id}/deliveries} and the same of batches */
    Future<Answer> list(RoutingContext request) {
        return answer(200, Caller.of(request).tenant(), id(request, "id"));
    }

    /** {@code POST /v1/jobs/{id}/deliveries/{delivery}/replay} and the same of batches */
    Future<Answer> replay(RoutingContext request) {
        String tenant = Caller.of(request).tenant();
        String owner = id(request, "id");
        return deliveries.replay(tenant, owner, id(request, "delivery"))
                .compose(known -> known ? answer(202, tenant, owner) : Future.failedFuture(unknown()));
    }

    private Future<Answer> answer(int status, String tenant, String owner) {
        return store.of(tenant, owner).map(found -> {
            List<Delivery> known = found.orElseThrow(DeliveryOperations::unknown);
            return Answer.json(status, Map.of("deliveries", known.stream().map(View::of).toList()));
        });
    }

    private static String id(RoutingContext request, String parameter) {
        String id = Objects.requireNonNullElse(request.pathParam(parameter), "");
        if (!Job.isId(id)) {
            throw unknown();
        }
        return id;
    }

    private static ProblemException unknown() {
        return Problem.of(ProblemType.NOT_FOUND, "There is no such job, batch or delivery, or it is not yours.")
                .asException();
    }
}
