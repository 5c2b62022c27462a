package dev.penstock.gateway.store;

import java.time.Instant;
import java.util.List;

/** Jobs that are submitted and watched together, in their order. */
public record NewBatch(String id, String tenant, List<NewJob> jobs, Instant submittedAt) {
    public NewBatch {
        jobs = List.copyOf(jobs);
    }
}
