package dev.penstock.servicebus.management;

import dev.penstock.servicebus.entity.Condition;
import dev.penstock.servicebus.entity.RefusedException;
import dev.penstock.servicebus.entity.Transaction;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
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

    /** Whether the body has a value, of any type, for this key. */
    boolean has(String key) {
        return body instanceof Map<?, ?> map && map.get(key) != null;
    }

    /**
     * A whole number of the body, whichever of AMQP's integer types the client chose for it.
     *
     * @throws RefusedException when it is missing or no number
     */
    long number(String key) {
        return require(key, Number.class).longValue();
    }

    /**
     * Numbers of the body, in an array or a list.
     *
     * @throws RefusedException when they are missing or something else is among them
     */
    List<Long> numbers(String key) {
        return elements(key, Number.class).stream().map(Number::longValue).toList();
    }

    /**
     * Lock tokens of the body, in an array or a list.
     *
     * @throws RefusedException when they are missing or something else is among them
     */
    List<UUID> tokens(String key) {
        return elements(key, UUID.class);
    }

    private <T> List<T> elements(String key, Class<T> type) {
        List<?> elements = switch (require(key, Object.class)) {
            case long[] longs -> Arrays.stream(longs).boxed().toList();
            case int[] ints -> Arrays.stream(ints).boxed().toList();
            case Object[] objects -> Arrays.asList(objects);
            case List<?> list -> list;
            case Object single -> List.of(single);
        };
        if (!elements.stream().allMatch(type::isInstance)) {
            throw new RefusedException(Condition.ARGUMENT_ERROR,
                    "The request has no usable value for " + key + ": expected a list of " + type.getSimpleName()
                            + ".");
        }
        return elements.stream().map(type::cast).toList();
    }
}
