package dev.penstock.servicebus.entity;

import java.lang.reflect.Array;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** About how many bytes of memory properties take; enough to bound them, whatever types of AMQP they are of. */
final class PropertySize {
    private PropertySize() {}

    static long of(Map<?, ?> properties) {
        long size = 0;
        for (var entry : properties.entrySet()) {
            size += ofValue(entry.getKey()) + ofValue(entry.getValue());
        }
        return size;
    }

    private static long ofValue(@Nullable Object value) {
        return switch (value) {
            case null -> 1;
            case CharSequence text -> text.length();
            case Number _,Boolean _ -> Long.BYTES;
            case Map<?, ?> map -> of(map);
            case Collection<?> values -> values.stream().mapToLong(PropertySize::ofValue).sum();
            case Object[] values -> ofAll(values);
            default -> value.getClass().isArray()
                    ? (long) Array.getLength(value) * Long.BYTES
                    : value.toString().length();
        };
    }

    private static long ofAll(Object[] values) {
        long size = 0;
        for (var value : values) {
            size += ofValue(value);
        }
        return size;
    }
}
