package dev.penstock.servicebus.journal;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads a file frame by frame. Tells a write that a crash has cut short from any other damage. */
final class FrameReader implements Closeable {
    private final JournalFiles files;
    private final String name;
    private final long generation;
    private final long size;
    private final InputStream in;
    private long position;
    private boolean followedByZeros;

    FrameReader(JournalFiles files, String name, long generation) throws IOException {
        this.files = files;
        this.name = name;
        this.generation = generation;
        size = files.size(name);
        in = files.read(name);
    }

    /** Where the last whole frame ended. */
    long position() {
        return position;
    }

    /** Whether {@link #next} has found nothing but zeros behind the last frame: room that was made ready and not used. */
    boolean isFollowedByZeros() {
        return followedByZeros;
    }

    /**
     * The next frame's payload; {@code null} at the end of the file, or where only an incomplete write follows.
     *
     * @throws CorruptJournalException when a frame is damaged and valid ones come after it
     */
    byte @Nullable [] next() throws IOException {
        byte[] header = in.readNBytes(Frame.HEADER_BYTES);
        if (header.length == 0) {
            return null;
        }
        if (header.length == Frame.HEADER_BYTES) {
            var fields = ByteBuffer.wrap(header);
            int magic = fields.getInt();
            int length = fields.getInt();
            int checksum = fields.getInt();
            if (magic == Frame.EARLIER_MAGIC && position == 0) {
                throw new CorruptJournalException(name, 0, "it was written by an earlier version and can't be read");
            }
            if (magic == Frame.MAGIC && length >= 0 && length <= size - position - Frame.HEADER_BYTES) {
                byte[] payload = in.readNBytes(length);
                if (payload.length == length && checksum == Frame.checksum(generation, ByteBuffer.wrap(payload))) {
                    position += Frame.HEADER_BYTES + (long) length;
                    return payload;
                }
                requireNoFrameBehind();
                return null;
            }
        }
        requireNoFrameBehind();
        return null;
    }

    /** Only the last write can have been cut short: a whole frame behind the damage says that it is something else. */
    private void requireNoFrameBehind() throws IOException {
        var rest = new DamagedRest(files, name, generation, position);
        if (rest.holdsFrame()) {
            throw new CorruptJournalException(name, position, "a frame is damaged, but whole ones follow it");
        }
        followedByZeros = rest.holdsOnlyZeros();
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
