package dev.penstock.local.pool;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Duration;

/** When a session that nobody stops ends. In JSON: {@code {"kind":"timed","cooldown":300}}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({@JsonSubTypes.Type(value = Lifecycle.Timed.class, name = "timed"),
        @JsonSubTypes.Type(value = Lifecycle.OnContainerExit.class, name = "onContainerExit")})
public sealed interface Lifecycle {

    /** Azure's default: after a time without requests. A request in flight holds the end off. */
    record Timed(Duration cooldown) implements Lifecycle {
        public Timed {
            requirePositive(cooldown);
        }
    }

    /** When its container exits, at the latest after a time; what is in flight then is cut. Idling costs nothing. */
    record OnContainerExit(Duration maxAlive) implements Lifecycle {
        public OnContainerExit {
            requirePositive(maxAlive);
        }
    }

    private static void requirePositive(Duration time) {
        if (!time.isPositive()) {
            throw new IllegalArgumentException("the cooldown or max alive period must be greater than 0");
        }
    }
}
