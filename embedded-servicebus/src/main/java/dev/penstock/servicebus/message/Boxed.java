package dev.penstock.servicebus.message;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.UnknownDescribedType;
import org.jspecify.annotations.Nullable;

/**
 * Values in the form in which proton-j can encode them: it decodes an AMQP array to one of Java's primitives, at which its
 * encoder fails when the array is inside of something else.
 */
final class Boxed {
    private Boxed() {}

    /** The map itself if it holds single values only, else a copy with arrays of objects wherever there were primitives. */
    static <K> Map<K, Object> map(Map<K, Object> map) {
        if (isPlain(map)) {
            return map;
        }
        Map<K, Object> boxed = new LinkedHashMap<>();
        map.forEach((key, value) -> boxed.put(key, of(value)));
        return boxed;
    }

    /** Whether there is nothing but single values in it. */
    static boolean isPlain(Map<?, ?> map) {
        for (var value : map.values()) {
            if (value instanceof Map || value instanceof List || value instanceof DescribedType
                    || (value != null && value.getClass().isArray())) {
                return false;
            }
        }
        return true;
    }

    // A map of proton-j's may hold nulls.
    @SuppressWarnings("NullAway")
    private static Object of(@Nullable Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                Map<Object, Object> boxed = new LinkedHashMap<>();
                map.forEach((key, inner) -> boxed.put(key, of(inner)));
                yield boxed;
            }
            case List<?> list -> {
                List<Object> boxed = new ArrayList<>(list.size());
                list.forEach(inner -> boxed.add(of(inner)));
                yield boxed;
            }
            case DescribedType described ->
                new UnknownDescribedType(described.getDescriptor(), of(described.getDescribed()));
            case null -> null;
            default -> value.getClass().isArray() ? array(value) : value;
        };
    }

    private static Object array(Object values) {
        int length = Array.getLength(values);
        if (length == 0) {
            return values.getClass().componentType().isPrimitive() ? emptyLike(values) : values;
        }
        var first = of(Array.get(values, 0));
        var boxed = (Object[]) Array.newInstance(first.getClass(), length);
        for (int i = 0; i < length; i++) {
            boxed[i] = of(Array.get(values, i));
        }
        return boxed;
    }

    /** An empty array of the objects that stand for the primitives. */
    private static Object emptyLike(Object primitives) {
        var one = Array.get(Array.newInstance(primitives.getClass().componentType(), 1), 0);
        return Array.newInstance(one.getClass(), 0);
    }
}
