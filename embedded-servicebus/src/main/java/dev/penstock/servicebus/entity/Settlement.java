package dev.penstock.servicebus.entity;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a locked message is given back. Properties are merged into its application properties. */
public sealed interface Settlement {
    /** What is merged, without a dead letter's reason and description. */
    default Map<String, Object> properties() {
        return Map.of();
    }

    record Complete() implements Settlement {
    }

    /** Back to the queue; counts as a failed delivery. */
    record Abandon(Map<String, Object> properties) implements Settlement {
    }

    /** Back to the queue as if it had never been delivered. */
    record Release() implements Settlement {
    }

    record Defer(Map<String, Object> properties) implements Settlement {
    }

    record DeadLetter(@Nullable String reason, @Nullable String description, Map<String, Object> properties)
            implements
                Settlement {
    }
}
