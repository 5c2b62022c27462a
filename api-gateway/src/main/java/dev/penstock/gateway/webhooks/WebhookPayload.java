package dev.penstock.gateway.webhooks;

import dev.penstock.gateway.jobs.BatchView;
import dev.penstock.gateway.jobs.JobView;
import dev.penstock.gateway.jobs.ViewJson;
import dev.penstock.gateway.store.BatchReader;
import dev.penstock.gateway.store.Delivery;
import dev.penstock.gateway.store.JobReader;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What receivers are told: the same bytes at each attempt. A long result is left out and its URL given instead. */
final class WebhookPayload {
    private static final int LONGEST = 20_000;

    private final JobReader reader;
    private final BatchReader batches;

    WebhookPayload(JobReader reader, BatchReader batches) {
        this.reader = reader;
        this.batches = batches;
    }

    /** The body; empty when the job or batch was deleted. Blocks. */
    Optional<byte[]> of(Delivery delivery) {
        return delivery.ownerId().startsWith("bat_") ? ofBatch(delivery) : ofJob(delivery);
    }

    private Optional<byte[]> ofJob(Delivery delivery) {
        return reader.find(delivery.tenant(), delivery.ownerId()).await().map(stored -> {
            JobView job = JobView.of(stored).withoutWebhook();
            String type = "job." + job.status().name().toLowerCase(Locale.ROOT);
            byte[] all = body(type, delivery, job, JobView.url(job.id()));
            return all.length <= LONGEST ? all : body(type, delivery, job.withoutResult(), JobView.url(job.id()));
        });
    }

    private Optional<byte[]> ofBatch(Delivery delivery) {
        return batches.progress(delivery.tenant(), delivery.ownerId()).await().map(stored -> {
            BatchView batch = BatchView.of(stored).withoutJobs();
            return body("batch.finished", delivery, batch, BatchView.url(batch.id()));
        });
    }

    private static byte[] body(String type, Delivery delivery, Object view, String url) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("type", type);
        body.put("timestamp", delivery.createdAt());
        body.put("url", url);
        body.put("data", view);
        return ViewJson.bytes(body);
    }
}
