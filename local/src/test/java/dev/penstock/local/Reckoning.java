package dev.penstock.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Map;

/** Holds gateways to what they promised frontends. */
record Reckoning(ApiClient client, HookReceiver hooks) {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /** Every promised job ends once and is told under one id, and each idempotency key made one job. */
    void settle(InsistentFrontend frontend) throws Exception {
        assertThat(frontend.failure()).isEmpty();
        assertThat(frontend.promised()).isNotEmpty();
        for (String id : frontend.promised()) {
            JsonNode job = client.finished(id);
            assertThat(job.path("status").asText()).as("%s", job).isEqualTo("succeeded");
            await().pollDelay(Duration.ZERO).atMost(PATIENCE).until(() -> !hooks.idsOf(id).isEmpty());
            assertThat(hooks.idsOf(id)).as("webhook ids of %s", id).hasSize(1);
            assertThat(hooks.outputsOf(id)).containsExactly(job.at("/result/run/stdout/content").asText());
        }
        for (Map.Entry<String, String> entry : frontend.jobOfKey().entrySet()) {
            assertThat(client.idsWithLabel("key:" + entry.getKey())).containsExactly(entry.getValue());
        }
    }
}
