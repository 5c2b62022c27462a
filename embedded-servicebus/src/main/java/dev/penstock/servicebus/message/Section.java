package dev.penstock.servicebus.message;

import dev.penstock.servicebus.entity.Condition;
import dev.penstock.servicebus.entity.RefusedException;
import java.util.ArrayList;
import java.util.List;

/**
 * Where one section of an encoded message lies: from {@code start} to {@code end}, its described value from
 * {@code valueStart}. Sections are found by their encoded sizes, without decoding them.
 *
 * @param code the low byte of the section's descriptor
 */
record Section(int code, int start, int valueStart, int end) {
    static final int HEADER = 0x70;
    static final int DELIVERY_ANNOTATIONS = 0x71;
    static final int MESSAGE_ANNOTATIONS = 0x72;
    static final int PROPERTIES = 0x73;
    static final int APPLICATION_PROPERTIES = 0x74;
    static final int DATA = 0x75;
    static final int SEQUENCE = 0x76;
    static final int VALUE = 0x77;
    static final int FOOTER = 0x78;

    private static final int SMALL_ULONG = 0x53;
    private static final int ULONG = 0x80;
    private static final int MAX_NESTED_DESCRIPTORS = 8;

    /**
     * Finds all sections.
     *
     * @throws RefusedException when the bytes are not a sequence of message sections
     */
    static List<Section> of(byte[] encoded) {
        return of(encoded, 0, encoded.length);
    }

    /** Like {@link #of(byte[])}, for a message that is part of an array. */
    static List<Section> of(byte[] encoded, int from, int to) {
        List<Section> sections = new ArrayList<>(8);
        int position = from;
        while (position < to) {
            var section = at(encoded, position, to);
            sections.add(section);
            position = section.end;
        }
        return sections;
    }

    private static Section at(byte[] encoded, int start, int limit) {
        if (encoded[start] != 0 || start + 3 > limit) {
            throw malformed(start);
        }
        int code;
        int valueStart;
        if (encoded[start + 1] == SMALL_ULONG) {
            code = encoded[start + 2] & 0xff;
            valueStart = start + 3;
        } else if ((encoded[start + 1] & 0xff) == ULONG && start + 10 <= limit) {
            code = encoded[start + 9] & 0xff;
            valueStart = start + 10;
        } else {
            throw malformed(start);
        }
        if (code < HEADER || code > FOOTER) {
            throw malformed(start);
        }
        return new Section(code, start, valueStart, endOfValue(encoded, valueStart, limit));
    }

    /**
     * Where a value ends. AMQP 1.0 part 1, section 1.2: the high nibble of the constructor tells the width.
     *
     * @throws RefusedException when it doesn't end up to the limit
     */
    static int endOfValue(byte[] encoded, int start, int limit) {
        return endOfValue(encoded, start, limit, 0);
    }

    private static int endOfValue(byte[] encoded, int start, int limit, int depth) {
        if (start >= limit || depth > MAX_NESTED_DESCRIPTORS) {
            throw malformed(start);
        }
        int constructor = encoded[start] & 0xff;
        if (constructor == 0) {
            return endOfValue(encoded, endOfValue(encoded, start + 1, limit, depth + 1), limit, depth + 1);
        }
        long end = start + 1 + switch (constructor >> 4) {
            case 0x4 -> 0L;
            case 0x5 -> 1L;
            case 0x6 -> 2L;
            case 0x7 -> 4L;
            case 0x8 -> 8L;
            case 0x9 -> 16L;
            case 0xa, 0xc, 0xe -> 1L + uint8(encoded, start + 1, limit);
            case 0xb, 0xd, 0xf -> 4L + uint32(encoded, start + 1, limit);
            default -> throw malformed(start);
        };
        if (end > limit) {
            throw malformed(start);
        }
        return (int) end;
    }

    /** Where the payload of a binary value starts, as of a data section; it ends with the section. */
    int binaryStart(byte[] encoded) {
        return switch (encoded[valueStart] & 0xff) {
            case 0xa0 -> valueStart + 2;
            case 0xb0 -> valueStart + 5;
            default -> throw malformed(valueStart);
        };
    }

    /** Whether the section is a map without entries, as the SDKs send for what isn't set. */
    boolean isEmptyMap(byte[] encoded) {
        int constructor = encoded[valueStart] & 0xff;
        return (constructor == 0xc1 && valueStart + 3 == end && encoded[valueStart + 2] == 0)
                || (constructor == 0xd1 && valueStart + 9 == end && uint32(encoded, valueStart + 5, end) == 0);
    }

    private static int uint8(byte[] encoded, int at, int limit) {
        if (at >= limit) {
            throw malformed(at);
        }
        return encoded[at] & 0xff;
    }

    private static long uint32(byte[] encoded, int at, int limit) {
        if (at + 4 > limit) {
            throw malformed(at);
        }
        return ((encoded[at] & 0xffL) << 24) | ((encoded[at + 1] & 0xff) << 16) | ((encoded[at + 2] & 0xff) << 8)
                | (encoded[at + 3] & 0xff);
    }

    private static RefusedException malformed(int at) {
        return new RefusedException(Condition.DECODE_ERROR, "The message is not valid AMQP at byte " + at + ".");
    }
}
