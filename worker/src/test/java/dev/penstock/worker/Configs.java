package dev.penstock.worker;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;

/** Worker configurations for tests: every delay short. */
public final class Configs {
    private Configs() {}

    /** The given variables on top of short delays; pairs of name and value. */
    public static WorkerConfig config(URI pool, String connectionString, String... overrides) {
        Map<String, String> environment = environment(pool, connectionString);
        for (int i = 0; i < overrides.length; i += 2) {
            environment.put(overrides[i], overrides[i + 1]);
        }
        return WorkerConfig.from(environment);
    }

    static Map<String, String> environment(URI pool, String connectionString) {
        Map<String, String> environment = new HashMap<>(Map.of("PENSTOCK_SERVICEBUS_CONNECTION_STRING",
                connectionString, "PENSTOCK_POOL_ENDPOINT", pool.toString(), "PENSTOCK_POOL_TOKEN", StubPool.TOKEN,
                "PENSTOCK_SLOTS", "2", "PENSTOCK_REQUEUE_DELAY", "20ms", "PENSTOCK_REQUEUE_MAX_DELAY", "200ms",
                "PENSTOCK_RETRY_DELAY", "20ms", "PENSTOCK_RETRY_MAX_DELAY", "200ms"));
        environment.put("PENSTOCK_POOL_CONFIRM_INTERVAL", "20ms");
        environment.put("PENSTOCK_POOL_CONFIRM_TIMEOUT", "2s");
        environment.put("PENSTOCK_POOL_COOLDOWN", "2s");
        environment.put("PENSTOCK_CANCEL_INTERVAL", "50ms");
        return environment;
    }
}
