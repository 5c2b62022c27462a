package dev.penstock.servicebus.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * A file into which writes are synced often: a sync that needn't make the file longer takes about half the time. So one that is
 * written over is used as far as it goes, and beyond that zeros are written ahead of small writes. What is left of either is
 * cut off in the end; after a crash it is still there.
 */
final class PreparedOutput implements JournalFiles.Output {
    private static final int AHEAD_BYTES = 512 * 1024;
    /** Larger writes come too seldom to be worth it. */
    private static final int SMALL_BYTES = 32 * 1024;

    private final FileChannel channel;
    private long written;
    private long prepared;

    /** @param prepared how much there is already to be written over */
    PreparedOutput(FileChannel channel, long prepared) {
        this.channel = channel;
        this.prepared = prepared;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        int length = bytes.remaining();
        if (length <= SMALL_BYTES && written + length > prepared) {
            writeAt(written, ByteBuffer.allocate(AHEAD_BYTES));
            prepared = written + AHEAD_BYTES;
        }
        writeAt(written, bytes);
        written += length;
    }

    private void writeAt(long start, ByteBuffer bytes) throws IOException {
        long at = start;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
    }

    @Override
    public void sync() throws IOException {
        channel.force(false);
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            if (prepared > written) {
                channel.truncate(written);
                // Otherwise what was cut off could be found in front of a later journal.
                channel.force(true);
            }
        }
    }
}
