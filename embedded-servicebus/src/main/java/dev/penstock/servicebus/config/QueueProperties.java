package dev.penstock.servicebus.config;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.servicebus.entity.QueueOptions;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The {@code Properties} of one queue in the emulator's configuration file. */
final class QueueProperties {
    /** What the emulator takes for settings that are left out. */
    static final QueueOptions EMULATOR_DEFAULTS = QueueOptions.DEFAULTS.maxDeliveryCount(3)
            .defaultTimeToLive(Duration.ofHours(1));
    private static final Duration DEFAULT_DUPLICATE_WINDOW = Duration.ofSeconds(20);

    private final String queue;
    private final JsonNode properties;
    private final List<String> warnings = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private QueueOptions options = EMULATOR_DEFAULTS;

    QueueProperties(String queue, JsonNode properties) {
        this.queue = queue;
        this.properties = properties;
        properties.properties().forEach(this::read);
        if (flag("RequiresDuplicateDetection")) {
            var window = duration("DuplicateDetectionHistoryTimeWindow");
            change(QueueOptions::duplicateDetection, window == null ? DEFAULT_DUPLICATE_WINDOW : window);
        }
    }

    QueueOptions options() {
        return options;
    }

    List<String> warnings() {
        return warnings;
    }

    List<String> problems() {
        return problems;
    }

    private void read(Map.Entry<String, JsonNode> property) {
        var name = property.getKey();
        switch (name) {
            case "LockDuration" -> change(QueueOptions::lockDuration, duration(name));
            case "DefaultMessageTimeToLive" -> change(QueueOptions::defaultTimeToLive, duration(name));
            case "MaxDeliveryCount" -> change(QueueOptions::maxDeliveryCount, wholeNumber(name, Math::toIntExact));
            case "MaxSizeInMegabytes" -> change(QueueOptions::maxSizeBytes,
                    wholeNumber(name, megabytes -> Math.multiplyExact(megabytes, 1024L * 1024)));
            case "MaxMessageSizeInKilobytes" -> change(QueueOptions::maxMessageSizeBytes,
                    wholeNumber(name, kilobytes -> Math.toIntExact(Math.multiplyExact(kilobytes, 1024L))));
            case "RequiresSession" -> change(QueueOptions::requiresSession, flag(name));
            case "DeadLetteringOnMessageExpiration" -> change(QueueOptions::deadLetteringOnMessageExpiration,
                    flag(name));
            case "RequiresDuplicateDetection", "DuplicateDetectionHistoryTimeWindow" -> {
                // Read together.
            }
            case "ForwardTo", "ForwardDeadLetteredMessagesTo" -> warnIfSet(name);
            default -> warnings.add(at(name) + " is not known: it has no effect");
        }
    }

    private void warnIfSet(String name) {
        if (!properties.path(name).asText("").isEmpty()) {
            warnings.add(at(name) + " is not supported: messages stay where they are");
        }
    }

    /** Says what the options themselves have against a value, by the name it has in the file. */
    private <V> void change(BiFunction<QueueOptions, V, QueueOptions> setting, @Nullable V value) {
        if (value != null) {
            try {
                options = setting.apply(options, value);
            } catch (IllegalArgumentException e) {
                problems.add("queue " + queue + ": " + e.getMessage());
            }
        }
    }

    private boolean flag(String name) {
        var value = properties.path(name);
        if (!value.isMissingNode() && !value.isBoolean()) {
            problems.add(at(name) + " must be true or false, not " + value);
        }
        return value.asBoolean(false);
    }

    private <V> @Nullable V wholeNumber(String name, Function<Long, V> conversion) {
        var value = properties.path(name);
        try {
            if (value.canConvertToLong() && value.isIntegralNumber()) {
                return conversion.apply(value.longValue());
            }
        } catch (ArithmeticException _) {
            // Too large: reported like any other unusable value.
        }
        problems.add(at(name) + " must be a whole number, not " + value);
        return null;
    }

    private @Nullable Duration duration(String name) {
        var value = properties.path(name);
        if (value.isMissingNode()) {
            return null;
        }
        try {
            return Duration.parse(value.asText());
        } catch (DateTimeParseException _) {
            problems.add(at(name) + " must be an ISO 8601 duration like PT30S, not " + value);
            return null;
        }
    }

    private String at(String name) {
        return "queue " + queue + ": " + name;
    }
}
