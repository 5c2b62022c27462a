package dev.penstock.gateway.store;

import dev.penstock.contracts.Job;
import java.util.Map;
import java.util.Optional;

/**
 * A job to be stored.
 *
 * @param body
 *            as it will be sent
 */
@SuppressWarnings("ArrayRecordComponent") // made once, compared by nobody
public record NewJob(Job job, byte[] body, Map<String, String> labels, Optional<NewWebhook> webhook) {
    public NewJob {
        labels = Map.copyOf(labels);
    }
}
