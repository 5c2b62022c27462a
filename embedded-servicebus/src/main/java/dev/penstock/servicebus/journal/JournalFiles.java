package dev.penstock.servicebus.journal;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;

/** The folder that a journal is kept in. Nothing is sure to survive a power loss before it is synced. */
public interface JournalFiles extends Closeable {
    /** A file that is being written. */
    interface Output extends Closeable {
        void write(ByteBuffer bytes) throws IOException;

        /** Returns when everything written so far is on the disk. */
        void sync() throws IOException;

        /** Cuts off what was not written, durably. */
        @Override
        void close() throws IOException;
    }

    List<String> names() throws IOException;

    InputStream read(String name) throws IOException;

    long size(String name) throws IOException;

    /** Creates an empty file, or empties it. */
    Output create(String name) throws IOException;

    /**
     * Renames a file durably, to be written over from its start. What isn't written over stays in it until it is closed; a sync
     * of what has been need not make the file longer.
     */
    Output reuse(String from, String to) throws IOException;

    /** Cuts a file off at a length, durably. */
    void truncate(String name, long length) throws IOException;

    /** Renames a file, replacing what bore the new name, durably. */
    void rename(String from, String to) throws IOException;

    /** Makes the creation of files durable. */
    void syncNames() throws IOException;

    void delete(String name) throws IOException;
}
