package dev.penstock.servicebus.message;

import dev.penstock.servicebus.entity.RefusedException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Where the fields of a section lie whose value is a list: what every message has is read by place, as decoding it is most of
 * what a message would cost. Knows the plain encodings only; whoever gets {@code null} has to decode.
 */
final class ListFields {
    private static final int NULL = 0x40;
    private static final int SMALL_STRING = 0xa1;
    private static final int STRING = 0xb1;
    private static final int UINT_ZERO = 0x43;
    private static final int SMALL_UINT = 0x52;
    private static final int UINT = 0x70;

    private final byte[] encoded;
    /** The start of each field, and last the end of the list. */
    private final int[] bounds;
    private final int count;

    private ListFields(byte[] encoded, int[] bounds, int count) {
        this.encoded = encoded;
        this.bounds = bounds;
        this.count = count;
    }

    /**
     * The fields of a section.
     *
     * @param types what each field may be, by its place: one of the letters of {@link #isOfType}
     * @return {@code null} when anything about it is unusual, be it valid or not
     */
    static @Nullable ListFields of(byte[] encoded, Section section, String types) {
        int at = section.valueStart();
        int headBytes = switch (encoded[at] & 0xff) {
            case 0x45 -> 1;
            case 0xc0 -> 3;
            case 0xd0 -> 9;
            default -> Integer.MAX_VALUE;
        };
        if (headBytes > section.end() - at) {
            return null;
        }
        int count = switch (headBytes) {
            case 1 -> 0;
            case 3 -> encoded[at + 2] & 0xff;
            default -> int32(encoded, at + 5);
        };
        if (count < 0 || count > types.length()) {
            return null;
        }
        int position = at + headBytes;
        int[] bounds = new int[count + 1];
        for (int i = 0; i < count; i++) {
            bounds[i] = position;
            if (position >= section.end() || !isOfType(encoded[position] & 0xff, types.charAt(i))) {
                return null;
            }
            position = endOf(encoded, position, section.end());
            if (position < 0) {
                return null;
            }
        }
        bounds[count] = position;
        return position == section.end() ? new ListFields(encoded, bounds, count) : null;
    }

    private static int endOf(byte[] encoded, int start, int limit) {
        try {
            return Section.endOfValue(encoded, start, limit);
        } catch (RefusedException _) {
            return -1;
        }
    }

    /** b: boolean, y: ubyte, u: uint, t: timestamp, s: string, m: symbol, x: binary, i: an id of whatever type. */
    private static boolean isOfType(int constructor, char type) {
        return constructor == NULL || switch (type) {
            case 'b' -> constructor == 0x41 || constructor == 0x42 || constructor == 0x56;
            case 'y' -> constructor == 0x50;
            case 'u' -> constructor == UINT_ZERO || constructor == SMALL_UINT || constructor == UINT;
            case 't' -> constructor == 0x83;
            case 's', 'i' -> constructor == SMALL_STRING || constructor == STRING;
            case 'm' -> constructor == 0xa3 || constructor == 0xb3;
            case 'x' -> constructor == 0xa0 || constructor == 0xb0;
            default -> false;
        };
    }

    /** Whether every string, symbol and binary consists of ASCII, so that it can't be malformed. */
    boolean isAscii() {
        for (int i = 0; i < count; i++) {
            int constructor = encoded[bounds[i]] & 0xff;
            if (constructor >= 0xa0) {
                for (int at = bounds[i] + (constructor < 0xb0 ? 2 : 5); at < bounds[i + 1]; at++) {
                    if (encoded[at] < 0) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    boolean isNull(int field) {
        return field >= count || (encoded[bounds[field]] & 0xff) == NULL;
    }

    /** A string of ASCII characters; {@code null} when the field is. */
    @Nullable
    String text(int field) {
        if (isNull(field)) {
            return null;
        }
        int from = bounds[field] + ((encoded[bounds[field]] & 0xff) == SMALL_STRING ? 2 : 5);
        return new String(encoded, from, bounds[field + 1] - from, StandardCharsets.US_ASCII);
    }

    /** An unsigned number; -1 when the field is null. */
    long uint(int field) {
        if (isNull(field)) {
            return -1;
        }
        int at = bounds[field];
        return switch (encoded[at] & 0xff) {
            case UINT_ZERO -> 0;
            case SMALL_UINT -> encoded[at + 1] & 0xff;
            default -> int32(encoded, at + 1) & 0xffff_ffffL;
        };
    }

    private static int int32(byte[] bytes, int at) {
        return (bytes[at] << 24) | ((bytes[at + 1] & 0xff) << 16) | ((bytes[at + 2] & 0xff) << 8)
                | (bytes[at + 3] & 0xff);
    }

    /** Appends a field as it is, null when it is missing. */
    void copy(int field, Encoding out) {
        if (isNull(field)) {
            out.nothing();
        } else {
            out.bytes(encoded, bounds[field], bounds[field + 1]);
        }
    }

    /** Appends this field and all that follow, as they are. */
    void copyFrom(int field, Encoding out) {
        if (field < count) {
            out.bytes(encoded, bounds[field], bounds[count]);
        }
    }

    int count() {
        return count;
    }
}
