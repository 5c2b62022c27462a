package dev.penstock.servicebus.journal;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The unit in which a journal is written and is valid or not: magic, payload length, checksum of both length and payload,
 * payload. Numbers are big-endian.
 */
final class Frame {
    static final int MAGIC = 0x50534231;
    static final int HEADER_BYTES = 12;

    private Frame() {}

    /** Writes the header into a frame that has its payload already. */
    static void complete(byte[] frame) {
        int length = frame.length - HEADER_BYTES;
        ByteBuffer.wrap(frame).putInt(MAGIC).putInt(length).putInt(checksum(frame, HEADER_BYTES, length));
    }

    static byte[] empty() {
        byte[] frame = new byte[HEADER_BYTES];
        complete(frame);
        return frame;
    }

    static int checksum(byte[] payload, int from, int length) {
        var crc = new CRC32C();
        crc.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, length));
        crc.update(payload, from, length);
        return (int) crc.getValue();
    }

    /** Whether a whole and valid frame lies at this place. */
    static boolean isAt(byte[] bytes, int position) {
        if (bytes[position] != (byte) (MAGIC >>> 24) || bytes.length - position < HEADER_BYTES) {
            return false;
        }
        var header = ByteBuffer.wrap(bytes, position, HEADER_BYTES);
        if (header.getInt() != MAGIC) {
            return false;
        }
        int length = header.getInt();
        return length >= 0 && length <= bytes.length - position - HEADER_BYTES
                && header.getInt() == checksum(bytes, position + HEADER_BYTES, length);
    }
}
