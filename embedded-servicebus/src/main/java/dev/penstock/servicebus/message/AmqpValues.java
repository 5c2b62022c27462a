package dev.penstock.servicebus.message;

import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;
import org.jspecify.annotations.Nullable;

/** Conversions between proton-j's value types and plain ones. */
public final class AmqpValues {
    private AmqpValues() {}

    public static byte[] bytes(Binary binary) {
        return Arrays.copyOfRange(binary.getArray(), binary.getArrayOffset(),
                binary.getArrayOffset() + binary.getLength());
    }

    @SuppressWarnings("JavaUtilDate") // proton-j's type for timestamps
    public static Date timestamp(long epochMillis) {
        return new Date(epochMillis);
    }

    @SuppressWarnings("JavaUtilDate") // proton-j's type for timestamps
    public static long epochMillis(Date timestamp) {
        return timestamp.getTime();
    }

    /**
     * The map with keys as strings, whether they came as strings or symbols; empty for {@code null}.
     *
     * @throws dev.penstock.servicebus.entity.RefusedException when a value can't be encoded again
     */
    public static Map<String, Object> stringKeys(@Nullable Map<?, ?> map) {
        if (map == null || map.isEmpty()) {
            return Map.of();
        }
        Map<String, Object> converted = new HashMap<>();
        map.forEach((key, value) -> converted.put(String.valueOf(key), value));
        if (!Boxed.isPlain(converted)) {
            new AmqpCodec().requireEncodable(converted);
        }
        return converted;
    }
}
