package dev.penstock.gateway.store;

import dev.penstock.contracts.Job;
import java.util.Map;

/**
 * A job to be stored.
 *
 * @param body
 *            as it will be sent
 */
@SuppressWarnings("ArrayRecordComponent") // made once, compared by nobody
public record NewJob(Job job, byte[] body, Map<String, String> labels) {
    public NewJob {
        labels = Map.copyOf(labels);
    }
}
