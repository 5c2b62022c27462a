package dev.penstock.servicebus.journal;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes as {@link java.io.DataInputStream} reads them. Unlike the JDK's streams it takes no locks, which cost more than the bytes. */
final class ChangeOutput {
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final int USUAL_BYTES = 256 * 1024;
    private static final int LONGEST_TEXT = 0xffff;

    private byte[] bytes = new byte[4096];
    private int size;

    int size() {
        return size;
    }

    byte[] toByteArray() {
        return Arrays.copyOf(bytes, size);
    }

    void clear() {
        size = 0;
        if (bytes.length > USUAL_BYTES) {
            bytes = new byte[USUAL_BYTES];
        }
    }

    private void reserve(int more) {
        if (more > bytes.length - size) {
            bytes = Arrays.copyOf(bytes,
                    Math.max(Math.addExact(size, more), (int) Math.min(2L * bytes.length, Integer.MAX_VALUE - 8)));
        }
    }

    void writeByte(int value) {
        reserve(1);
        bytes[size++] = (byte) value;
    }

    void writeBoolean(boolean value) {
        writeByte(value ? 1 : 0);
    }

    void writeInt(int value) {
        reserve(Integer.BYTES);
        INT.set(bytes, size, value);
        size += Integer.BYTES;
    }

    void writeLong(long value) {
        reserve(Long.BYTES);
        LONG.set(bytes, size, value);
        size += Long.BYTES;
    }

    void writeBytes(byte[] source) {
        writeBytes(source, 0, source.length);
    }

    private void writeBytes(byte[] source, int from, int length) {
        reserve(length);
        System.arraycopy(source, from, bytes, size, length);
        size += length;
    }

    /** As {@link java.io.DataInputStream#readUTF} reads it. */
    void writeText(String text) {
        if (text.length() <= LONGEST_TEXT && isPlain(text)) {
            reserve(Short.BYTES);
            SHORT.set(bytes, size, (short) text.length());
            size += Short.BYTES;
            writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
        } else {
            writeUnusualText(text);
        }
    }

    /** Whether each character is one byte, and that its own. */
    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == 0 || text.charAt(i) > 0x7f) {
                return false;
            }
        }
        return true;
    }

    private void writeUnusualText(String text) {
        try (var out = new DataOutputStream(new OutputStream() {
            @Override
            public void write(int value) {
                writeByte(value);
            }

            @Override
            public void write(byte[] source, int from, int length) {
                writeBytes(source, from, length);
            }
        })) {
            out.writeUTF(text);
        } catch (IOException e) {
            throw new UncheckedIOException("the text is too long to be written", e);
        }
    }
}
