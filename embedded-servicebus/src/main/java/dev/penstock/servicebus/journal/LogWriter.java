package dev.penstock.servicebus.journal;

import dev.penstock.servicebus.entity.QueueSnapshot;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
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
        var name = Generations.journal(generation);
        current = files.names().contains(Generations.SPARE_JOURNAL)
                ? files.reuse(Generations.SPARE_JOURNAL, name)
                : files.create(name);
        files.syncNames();
    }

    /** Frees the room of the spare journal, for a disk that is full or a file that isn't to be trusted any more. */
    void dropSpare() throws IOException {
        files.delete(Generations.SPARE_JOURNAL);
    }

    /** Returns when the frame is on the disk. */
    void append(ByteBuffer frame) throws IOException {
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
        var name = Generations.unfinishedSnapshot(generation);
        long size;
        try (var out = files.create(name)) {
            size = write(generation, queues, out);
        } catch (IOException e) {
            deleteUnfinished(name, e);
            throw e;
        }
        files.rename(name, Generations.snapshot(generation));
        Generations.deleteBefore(generation, files);
        return size;
    }

    private static long write(long generation, List<QueueSnapshot> queues, JournalFiles.Output out) throws IOException {
        long size = 0;
        var buffer = new ChangeBuffer();
        for (var queue : queues) {
            for (var change : queue.changes()) {
                buffer.add(queue.path(), change);
                if (buffer.size() >= SNAPSHOT_FRAME_BYTES) {
                    size += buffer.size();
                    out.write(buffer.frame(generation));
                    buffer.clear();
                }
            }
        }
        if (buffer.size() > 0) {
            size += buffer.size();
            out.write(buffer.frame(generation));
        }
        out.write(Frame.empty(generation));
        out.sync();
        return size;
    }

    /** A full disk must not be filled further by what was in vain. */
    private void deleteUnfinished(String name, IOException cause) {
        try {
            files.delete(name);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
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
