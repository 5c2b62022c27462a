package dev.penstock.local.stack;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.penstock.contracts.Json;
import dev.penstock.contracts.Queues;
import java.time.Duration;

/**
 * The {@code Config.json} by which Microsoft's Service Bus emulator makes Penstock's queues, clamped to what it allows. The
 * bounds are those of the emulator's published schema and quotas.
 */
public final class EmulatorConfigFile {
    static final Duration LONGEST_TIME_TO_LIVE = Duration.ofHours(1);
    static final Duration LONGEST_DUPLICATE_WINDOW = Duration.ofMinutes(5);
    static final Duration LONGEST_LOCK = Duration.ofMinutes(5);
    static final int MOST_DELIVERIES = 10;

    private EmulatorConfigFile() {}

    /** The file's text. */
    public static String of(Queues queues) {
        ObjectNode root = Json.MAPPER.createObjectNode();
        ObjectNode user = root.putObject("UserConfig");
        ObjectNode namespace = user.putArray("Namespaces").addObject().put("Name", "sbemulatorns");
        var list = namespace.putArray("Queues");
        queues.specs()
                .forEach(spec -> list.addObject()
                        .put("Name", spec.name())
                        .set("Properties", properties(spec, endsJobs(queues, spec))));
        namespace.putArray("Topics");
        user.putObject("Logging").put("Type", "Console");
        return root.toPrettyString() + "\n";
    }

    /** What expires there after an hour must not vanish: the gateway reads the dead letters of these two. */
    private static boolean endsJobs(Queues queues, Queues.Spec spec) {
        return spec.name().equals(queues.jobs()) || spec.name().equals(queues.results());
    }

    private static ObjectNode properties(Queues.Spec spec, boolean deadLetterExpired) {
        boolean remembers = spec.duplicateWindow().isPositive();
        boolean expires = spec.timeToLive().isPositive();
        ObjectNode properties = Json.MAPPER.createObjectNode()
                .put("LockDuration", shorter(spec.lockDuration(), LONGEST_LOCK))
                .put("MaxDeliveryCount", Math.min(spec.maxDeliveryCount(), MOST_DELIVERIES))
                .put("RequiresSession", spec.requiresSession())
                .put("DefaultMessageTimeToLive",
                        expires ? shorter(spec.timeToLive(), LONGEST_TIME_TO_LIVE) : LONGEST_TIME_TO_LIVE.toString())
                .put("DeadLetteringOnMessageExpiration", deadLetterExpired)
                .put("RequiresDuplicateDetection", remembers);
        return remembers
                ? properties.put("DuplicateDetectionHistoryTimeWindow",
                        shorter(spec.duplicateWindow(), LONGEST_DUPLICATE_WINDOW))
                : properties;
    }

    private static String shorter(Duration wanted, Duration longest) {
        return (wanted.compareTo(longest) < 0 ? wanted : longest).toString();
    }
}
