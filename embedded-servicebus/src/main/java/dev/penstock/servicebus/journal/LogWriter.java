package dev.penstock.servicebus.journal;

import dev.penstock.servicebus.entity.QueueSnapshot;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes frames and snapshots to files. Appending is for one thread; a snapshot may be written from another meanwhile. */
final class LogWriter implements Closeable {
    private static final int SNAPSHOT_FRAME_BYTES = 1 << 20;

    private final JournalFiles files;
    private JournalFiles.@Nullable Output current;

    LogWriter(JournalFiles files) {
        this.files = files;
    }

    /** Goes on in a new file. */
    void begin(long generation) throws IOException {
        close();
        current = files.create(Generations.journal(generation));
        files.syncNames();
    }

    /** Returns when the frame is on the disk. */
    void append(byte[] frame) throws IOException {
        if (current == null) {
            throw new IOException("no journal file is open");
        }
        current.write(frame);
        current.sync();
    }

    /**
     * Writes the snapshot that a generation starts with, and deletes what it makes superfluous.
     *
     * @return its size in bytes
     */
    long writeSnapshot(long generation, List<QueueSnapshot> queues) throws IOException {
        long size = 0;
        var name = Generations.unfinishedSnapshot(generation);
        try (var out = files.create(name)) {
            var buffer = new ChangeBuffer();
            for (var queue : queues) {
                for (var change : queue.changes()) {
                    buffer.add(queue.path(), change);
                    if (buffer.size() >= SNAPSHOT_FRAME_BYTES) {
                        size += buffer.size();
                        out.write(buffer.takeFrame());
                    }
                }
            }
            if (buffer.size() > 0) {
                size += buffer.size();
                out.write(buffer.takeFrame());
            }
            out.write(Frame.empty());
            out.sync();
        }
        files.rename(name, Generations.snapshot(generation));
        Generations.deleteBefore(generation, files);
        return size;
    }

    @Override
    public void close() throws IOException {
        if (current != null) {
            var closing = current;
            current = null;
            closing.close();
        }
    }
}
