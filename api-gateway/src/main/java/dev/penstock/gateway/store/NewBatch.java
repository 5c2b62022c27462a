package dev.penstock.gateway.store;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Jobs that are submitted and watched together, in their order. */
public record NewBatch(String id, String tenant, List<NewJob> jobs, Instant submittedAt,
        Map<String, String> labels, Optional<NewWebhook> webhook) {
    public NewBatch {
        jobs = List.copyOf(jobs);
        labels = Map.copyOf(labels);
    }
}
