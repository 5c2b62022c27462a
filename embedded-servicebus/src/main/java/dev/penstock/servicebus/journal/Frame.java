package dev.penstock.servicebus.journal;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The unit in which a journal is written and is valid or not: magic, payload length, checksum of the file's generation, of the
 * length and of the payload, payload. Numbers are big-endian. In a file that is written over, the generation tells a frame
 * from what an earlier one has left.
 */
final class Frame {
    static final int MAGIC = 0x50534232;
    /** Of frames whose checksum left the generation out. */
    static final int EARLIER_MAGIC = 0x50534231;
    static final int HEADER_BYTES = 12;

    private Frame() {}

    /** Writes the header into a frame that has its payload already. */
    static void complete(ByteBuffer frame, long generation) {
        int length = frame.limit() - HEADER_BYTES;
        int checksum = checksum(generation, frame.slice(HEADER_BYTES, length));
        frame.putInt(0, MAGIC).putInt(Integer.BYTES, length).putInt(2 * Integer.BYTES, checksum);
    }

    static ByteBuffer empty(long generation) {
        var frame = ByteBuffer.allocate(HEADER_BYTES);
        complete(frame, generation);
        return frame;
    }

    static int checksum(long generation, ByteBuffer payload) {
        var crc = beginChecksum(generation, payload.remaining());
        crc.update(payload);
        return (int) crc.getValue();
    }

    /** To be updated with the payload. */
    static CRC32C beginChecksum(long generation, int length) {
        var crc = new CRC32C();
        crc.update(ByteBuffer.allocate(Long.BYTES + Integer.BYTES).putLong(generation).putInt(length).flip());
        return crc;
    }
}
