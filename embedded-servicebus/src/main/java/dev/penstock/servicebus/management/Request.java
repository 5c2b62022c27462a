package dev.penstock.servicebus.management;

import dev.penstock.servicebus.entity.Condition;
import dev.penstock.servicebus.entity.RefusedException;
import dev.penstock.servicebus.entity.Transaction;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request message.
 *
 * @param messageId echoed as the response's correlation id, in the very type it came in
 * @param properties the application properties
 * @param transaction what the request is part of; {@code null} when it stands alone
 */
public record Request(@Nullable Object messageId, @Nullable String replyTo, Map<String, Object> properties,
        @Nullable Object body, @Nullable Transaction transaction) {

    public String operation() {
        return properties.get("operation") instanceof String operation ? operation : "";
    }

    /**
     * A value of the body, which has to be a map.
     *
     * @throws RefusedException when it is missing or of another type
     */
    <T> T require(String key, Class<T> type) {
        var value = find(key, type);
        if (value == null) {
            throw new RefusedException(Condition.ARGUMENT_ERROR,
                    "The request has no usable value for " + key + ": expected " + type.getSimpleName() + ".");
        }
        return value;
    }

    /** A value of the body, {@code null} when it is missing or of another type. */
    <T> @Nullable T find(String key, Class<T> type) {
        var value = body instanceof Map<?, ?> map ? map.get(key) : null;
        return type.isInstance(value) ? type.cast(value) : null;
    }
}
