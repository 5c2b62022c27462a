package dev.penstock.servicebus.journal;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Bytes as {@link java.io.DataInputStream} reads them, in memory from which the disk takes them without a copy. Unlike the JDK's
 * streams it takes no locks, which cost more than the bytes.
 */
final class ChangeOutput {
    /** What is kept when it is cleared, and the most that lies outside of the heap. */
    private static final int USUAL_BYTES = 4 << 20;
    private static final int LONGEST_TEXT = 0xffff;

    private ByteBuffer bytes = ByteBuffer.allocateDirect(64 * 1024);

    int size() {
        return bytes.position();
    }

    /** All that was written, where it lies. */
    ByteBuffer written() {
        return bytes.duplicate().flip();
    }

    /** Takes back what was written since it had this size. */
    void cutTo(int size) {
        bytes.position(size);
    }

    void clear() {
        if (bytes.capacity() > USUAL_BYTES) {
            bytes = allocate(USUAL_BYTES);
        }
        bytes.clear();
    }

    private static ByteBuffer allocate(int capacity) {
        return capacity <= USUAL_BYTES ? ByteBuffer.allocateDirect(capacity) : ByteBuffer.allocate(capacity);
    }

    private void reserve(int more) {
        if (more > bytes.remaining()) {
            int doubled = (int) Math.min(2L * bytes.capacity(), Integer.MAX_VALUE - 8);
            bytes = allocate(Math.max(Math.addExact(size(), more), doubled)).put(bytes.flip());
        }
    }

    void writeByte(int value) {
        reserve(1);
        bytes.put((byte) value);
    }

    void writeBoolean(boolean value) {
        writeByte(value ? 1 : 0);
    }

    void writeInt(int value) {
        reserve(Integer.BYTES);
        bytes.putInt(value);
    }

    void writeLong(long value) {
        reserve(Long.BYTES);
        bytes.putLong(value);
    }

    void writeBytes(byte[] source) {
        writeBytes(source, 0, source.length);
    }

    private void writeBytes(byte[] source, int from, int length) {
        reserve(length);
        bytes.put(source, from, length);
    }

    /** As {@link java.io.DataInputStream#readUTF} reads it. */
    void writeText(String text) {
        if (text.length() <= LONGEST_TEXT && isPlain(text)) {
            reserve(Short.BYTES);
            bytes.putShort((short) text.length());
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
