package dev.penstock.servicebus.message;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** AMQP values as they are appended to one another, for the few that every message needs; reused from message to message. */
final class Encoding {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final int SMALL = 0xff;
    /** What is kept from message to message; larger ones get a buffer of their own. */
    private static final int USUAL_BYTES = 64 * 1024;

    private byte[] bytes = new byte[USUAL_BYTES];
    private int length;

    /** Starts anew. */
    void clear() {
        length = 0;
    }

    /** The encoding so far; another one can be started then. */
    byte[] take() {
        byte[] taken = Arrays.copyOf(bytes, length);
        if (bytes.length > USUAL_BYTES) {
            bytes = new byte[USUAL_BYTES];
        }
        return taken;
    }

    private void reserve(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, 2 * bytes.length));
        }
    }

    void bytes(byte[] source, int from, int to) {
        reserve(to - from);
        System.arraycopy(source, from, bytes, length, to - from);
        length += to - from;
    }

    void bytes(byte[] source) {
        bytes(source, 0, source.length);
    }

    void octet(int value) {
        reserve(1);
        bytes[length++] = (byte) value;
    }

    private void int32(int value) {
        reserve(Integer.BYTES);
        INT.set(bytes, length, value);
        length += Integer.BYTES;
    }

    private void int64(long value) {
        reserve(Long.BYTES);
        LONG.set(bytes, length, value);
        length += Long.BYTES;
    }

    void nothing() {
        octet(0x40);
    }

    void uint(long value) {
        if (value == 0) {
            octet(0x43);
        } else if (value <= SMALL) {
            octet(0x52);
            octet((int) value);
        } else {
            octet(0x70);
            int32((int) value);
        }
    }

    void signed(int value) {
        octet(0x71);
        int32(value);
    }

    void signed(long value) {
        octet(0x81);
        int64(value);
    }

    void timestamp(long epochMillis) {
        octet(0x83);
        int64(epochMillis);
    }

    void string(String value) {
        byte[] encoded = value.getBytes(StandardCharsets.UTF_8);
        if (encoded.length <= SMALL) {
            octet(0xa1);
            octet(encoded.length);
        } else {
            octet(0xb1);
            int32(encoded.length);
        }
        bytes(encoded);
    }

    /** Starts a section whose value is a list; {@link #end} finishes it. */
    int startList(int code) {
        return start(code, 0xd0);
    }

    /** Starts a section whose value is a map; {@link #end} finishes it. */
    int startMap(int code) {
        return start(code, 0xd1);
    }

    private int start(int code, int constructor) {
        octet(0);
        octet(0x53);
        octet(code);
        octet(constructor);
        int start = length;
        int64(0);
        return start;
    }

    /**
     * @param start what the start returned
     * @param count of a list's elements; of a map's, keys and values
     */
    void end(int start, int count) {
        INT.set(bytes, start, length - start - Integer.BYTES);
        INT.set(bytes, start + Integer.BYTES, count);
    }
}
