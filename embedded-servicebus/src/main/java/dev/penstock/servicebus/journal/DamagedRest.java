package dev.penstock.servicebus.journal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** What lies in a file from a damaged frame on, looked through to its end in a window that is small beside the file. */
final class DamagedRest {
    private static final int WINDOW_BYTES = 1 << 20;

    private final JournalFiles files;
    private final String name;
    private final long generation;
    private final long size;
    private final byte[] window = new byte[WINDOW_BYTES];
    private int filled;
    private boolean frameFound;
    private boolean onlyZeros = true;

    /** Reads it, from a position in the file. */
    DamagedRest(JournalFiles files, String name, long generation, long position) throws IOException {
        this.files = files;
        this.name = name;
        this.generation = generation;
        size = files.size(name);
        lookThrough(position);
    }

    /** Whether a whole frame comes after the first byte: then it isn't the end of the last write that is missing. */
    boolean holdsFrame() {
        return frameFound;
    }

    boolean holdsOnlyZeros() {
        return onlyZeros;
    }

    private void lookThrough(long position) throws IOException {
        try (var in = files.read(name)) {
            in.skipNBytes(position);
            int from = 1;
            for (long start = position; !frameFound; from = 0) {
                filled += in.readNBytes(window, filled, window.length - filled);
                boolean last = start + filled >= size || filled < window.length;
                // A header that begins in the second half is looked at when all of it is sure to be in the window.
                int to = last ? filled : filled / 2;
                lookAt(start, from, to);
                if (last) {
                    return;
                }
                System.arraycopy(window, to, window, 0, filled - to);
                filled -= to;
                start += to;
            }
        }
    }

    private void lookAt(long start, int from, int to) throws IOException {
        for (int i = 0; i < to && !frameFound; i++) {
            onlyZeros &= window[i] == 0;
            frameFound = i >= from && window[i] != 0 && isFrame(i, start + i);
        }
    }

    private boolean isFrame(int at, long position) throws IOException {
        if (filled - at < Frame.HEADER_BYTES) {
            return false;
        }
        var header = ByteBuffer.wrap(window, at, Frame.HEADER_BYTES);
        if (header.getInt() != Frame.MAGIC) {
            return false;
        }
        int length = header.getInt();
        int checksum = header.getInt();
        if (length < 0 || length > size - position - Frame.HEADER_BYTES) {
            return false;
        }
        int payload = at + Frame.HEADER_BYTES;
        return checksum == (length <= filled - payload
                ? Frame.checksum(generation, ByteBuffer.wrap(window, payload, length))
                : checksumOf(position + Frame.HEADER_BYTES, length));
    }

    /** Of a payload that is longer than the window. */
    private int checksumOf(long position, int length) throws IOException {
        var crc = Frame.beginChecksum(generation, length);
        try (var in = files.read(name)) {
            in.skipNBytes(position);
            readInto(crc, in, length);
        }
        return (int) crc.getValue();
    }

    private static void readInto(CRC32C crc, InputStream in, int length) throws IOException {
        byte[] part = new byte[1 << 16];
        for (int left = length; left > 0;) {
            int read = in.readNBytes(part, 0, Math.min(left, part.length));
            if (read == 0) {
                return;
            }
            crc.update(part, 0, read);
            left -= read;
        }
    }
}
