package dev.penstock.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.Json;
import dev.penstock.local.pool.AnswerKind;
import dev.penstock.local.stack.LocalStack;
import dev.penstock.local.stack.StackConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The pool's maximum is read as from Azure Resource Manager; workers follow it while jobs run. */
class PoolSizeTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String RESOURCE = "/subscriptions/s/resourceGroups/r/providers/Microsoft.App/sessionPools/local";
    private static final Map<String, String> SETTINGS = Map.of("PENSTOCK_POOL_RESOURCE", RESOURCE,
            "PENSTOCK_POOL_MAX_SESSIONS", "3", "PENSTOCK_POOL_MAX_INTERVAL", "100ms", "PENSTOCK_PRESENCE_INTERVAL",
            "100ms", "PENSTOCK_POOL_CONFIRM_INTERVAL", "20ms", "PENSTOCK_POOL_WAIT_FOR_WARM", "true");

    @Test
    void slots_are_added_and_given_up_as_the_pool_grows_and_shrinks() throws Exception {
        try (LocalStack stack = LocalStack.start(StackConfig.temporary(SETTINGS));
                ApiClient client = new ApiClient(stack.gateway(), stack.apiKey())) {
            slotsBecome(2, client);
            stack.pool().change(stack.pool().settings().withSessions(6, 5));
            slotsBecome(5, client);
            List<String> jobs = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                jobs.add(client.submit("bash", "read -t 1 < <(sleep 1); echo done"));
            }
            await().atMost(PATIENCE).until(() -> stack.pool().stats().allocated() == 5);
            assertThat(stack.pool().stats().answered(AnswerKind.FULL)).isZero();
            stack.pool().change(stack.pool().settings().withSessions(4, 3));
            slotsBecome(3, client);
            assertThat(stack.serviceBus().queue("slots").counts().locked()
                    + stack.serviceBus().queue("slots").counts().active()).isEqualTo(3);
            for (String id : jobs) {
                JsonNode job = client.finished(id);
                assertThat(job.path("status").asText()).as("%s", job).isEqualTo("succeeded");
            }
            assertThat(stack.pool().stats().peakAllocated()).isEqualTo(5);
        }
    }

    /** As the gateway tells it of all workers. */
    private static void slotsBecome(int slots, ApiClient client) {
        await().atMost(PATIENCE).until(() -> {
            JsonNode service = Json.MAPPER.readTree(client.get("/v1/stats")).path("service");
            return service.path("workers").asInt() == 1 && service.path("slots").asInt() == slots;
        });
    }
}
