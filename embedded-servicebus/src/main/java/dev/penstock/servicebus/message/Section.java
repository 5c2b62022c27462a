package dev.penstock.servicebus.message;

import dev.penstock.servicebus.entity.Condition;
import dev.penstock.servicebus.entity.RefusedException;
import java.util.ArrayList;
import java.util.Arrays;
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
        List<Section> sections = new ArrayList<>(6);
        int position = 0;
        while (position < encoded.length) {
            var section = at(encoded, position);
            sections.add(section);
            position = section.end;
        }
        return sections;
    }

    private static Section at(byte[] encoded, int start) {
        if (encoded[start] != 0 || start + 3 > encoded.length) {
            throw malformed(start);
        }
        int code;
        int valueStart;
        if (encoded[start + 1] == SMALL_ULONG) {
            code = encoded[start + 2] & 0xff;
            valueStart = start + 3;
        } else if ((encoded[start + 1] & 0xff) == ULONG && start + 10 <= encoded.length) {
            code = encoded[start + 9] & 0xff;
            valueStart = start + 10;
        } else {
            throw malformed(start);
        }
        if (code < HEADER || code > FOOTER) {
            throw malformed(start);
        }
        return new Section(code, start, valueStart, endOfValue(encoded, valueStart, 0));
    }

    /** AMQP 1.0 part 1, section 1.2: the high nibble of the constructor tells the width. */
    private static int endOfValue(byte[] encoded, int start, int depth) {
        if (start >= encoded.length || depth > MAX_NESTED_DESCRIPTORS) {
            throw malformed(start);
        }
        int constructor = encoded[start] & 0xff;
        if (constructor == 0) {
            return endOfValue(encoded, endOfValue(encoded, start + 1, depth + 1), depth + 1);
        }
        long end = start + 1 + switch (constructor >> 4) {
            case 0x4 -> 0L;
            case 0x5 -> 1L;
            case 0x6 -> 2L;
            case 0x7 -> 4L;
            case 0x8 -> 8L;
            case 0x9 -> 16L;
            case 0xa, 0xc, 0xe -> 1L + uint8(encoded, start + 1);
            case 0xb, 0xd, 0xf -> 4L + uint32(encoded, start + 1);
            default -> throw malformed(start);
        };
        if (end > encoded.length) {
            throw malformed(start);
        }
        return (int) end;
    }

    /** The payload of a binary value, as of a data section. */
    byte[] binary(byte[] encoded) {
        int constructor = encoded[valueStart] & 0xff;
        int from = switch (constructor) {
            case 0xa0 -> valueStart + 2;
            case 0xb0 -> valueStart + 5;
            default -> throw malformed(valueStart);
        };
        return Arrays.copyOfRange(encoded, from, end);
    }

    /** Whether the section is a map without entries, as the SDKs send for what isn't set. */
    boolean isEmptyMap(byte[] encoded) {
        int constructor = encoded[valueStart] & 0xff;
        return (constructor == 0xc1 && valueStart + 3 == end && encoded[valueStart + 2] == 0)
                || (constructor == 0xd1 && valueStart + 9 == end && uint32(encoded, valueStart + 5) == 0);
    }

    private static int uint8(byte[] encoded, int at) {
        if (at >= encoded.length) {
            throw malformed(at);
        }
        return encoded[at] & 0xff;
    }

    private static long uint32(byte[] encoded, int at) {
        if (at + 4 > encoded.length) {
            throw malformed(at);
        }
        return ((encoded[at] & 0xffL) << 24) | ((encoded[at + 1] & 0xff) << 16) | ((encoded[at + 2] & 0xff) << 8)
                | (encoded[at + 3] & 0xff);
    }

    private static RefusedException malformed(int at) {
        return new RefusedException(Condition.DECODE_ERROR, "The message is not valid AMQP at byte " + at + ".");
    }
}
