package dev.penstock.local.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * How a whole Penstock in one process is set up.
 *
 * @param settings
 *            {@code PENSTOCK_*} variables for any of the parts; where each part is and which keys it takes is filled in
 *            by the stack
 * @param data
 *            where the job store and the keys live
 * @param temporary
 *            whether {@code data} is removed when the stack is closed
 */
public record StackConfig(Map<String, String> settings, Path data, boolean temporary) {
    public StackConfig {
        settings = Map.copyOf(settings);
    }

    /**
     * Free ports, one slot, nothing kept.
     *
     * @param unsafe
     *            whether the program may run without isolation where none can be had
     */
    public static StackConfig forOneProgram(boolean unsafe) throws IOException {
        return temporary(Map.of("PENSTOCK_SLOTS", "1", "PENSTOCK_POOL_MAX_SESSIONS", "2", "PENSTOCK_UNSAFE",
                String.valueOf(unsafe)));
    }

    /** Free ports and nothing kept. */
    public static StackConfig temporary(Map<String, String> settings) throws IOException {
        Map<String, String> all = new HashMap<>(Map.of("PENSTOCK_GATEWAY_PORT", "0", "PENSTOCK_POOL_PORT", "0",
                "PENSTOCK_SESSION_PORT", "0", "PENSTOCK_SERVICEBUS_PORT", "0"));
        all.putAll(settings);
        return new StackConfig(all, Files.createTempDirectory("penstock-"), true);
    }
}
