package dev.penstock.servicebus.journal;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** A disk in memory that can fail, fill up, and lose its power: then it forgets what was not synced, or garbles it. */
public final class MemoryFiles implements JournalFiles {
    /** Less than a disk's, so that the short frames of tests have several. */
    private static final int SECTOR_BYTES = 32;

    private static final class Content {
        byte[] bytes = {};
        /** What is on the disk for certain, where it differs from what was written since. */
        byte[] synced = {};
        boolean nameSynced;

        void write(int position, byte[] more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length, position + more.length));
            System.arraycopy(more, 0, bytes, position, more.length);
        }

        void sync() {
            synced = bytes.clone();
        }
    }

    private final Map<String, Content> contents = new TreeMap<>();
    private long capacity = Long.MAX_VALUE;
    private boolean failing;

    public synchronized void failWrites(boolean value) {
        failing = value;
    }

    synchronized void limitCapacity(long bytes) {
        capacity = bytes;
    }

    synchronized long used() {
        return contents.values().stream().mapToLong(content -> content.bytes.length).sum();
    }

    /** What is found when the power is back. */
    synchronized MemoryFiles afterPowerLoss(Random random) {
        var after = new MemoryFiles();
        contents.forEach((name, content) -> {
            if (content.nameSynced || random.nextBoolean()) {
                after.put(name, survivor(content, random));
            }
        });
        return after;
    }

    /**
     * A part of what was written since the last sync is there, over what was there before: its beginning, or sectors from
     * anywhere in it. It may be garbled.
     */
    private static byte[] survivor(Content content, Random random) {
        int from = Arrays.mismatch(content.bytes, content.synced);
        if (from < 0) {
            return content.synced.clone();
        }
        int kept = from + random.nextInt(content.bytes.length - from + 1);
        byte[] survivor = Arrays.copyOf(content.synced, Math.max(content.synced.length, kept));
        boolean scattered = random.nextBoolean();
        for (int at = from; at < kept; at += SECTOR_BYTES) {
            if (!scattered || random.nextBoolean()) {
                System.arraycopy(content.bytes, at, survivor, at, Math.min(SECTOR_BYTES, kept - at));
            }
        }
        if (kept > from && random.nextBoolean()) {
            survivor[from + random.nextInt(kept - from)] ^= 0x55;
        }
        return survivor;
    }

    synchronized void put(String name, byte[] bytes) {
        var content = new Content();
        content.bytes = bytes.clone();
        content.sync();
        content.nameSynced = true;
        contents.put(name, content);
    }

    synchronized byte[] get(String name) throws IOException {
        return require(name).bytes.clone();
    }

    private Content require(String name) throws IOException {
        var content = contents.get(name);
        if (content == null) {
            throw new IOException("there is no file " + name);
        }
        return content;
    }

    private void requireWorking(long moreBytes) throws IOException {
        if (failing) {
            throw new IOException("the disk fails");
        }
        if (used() + moreBytes > capacity) {
            throw new IOException("No space left on device");
        }
    }

    @Override
    public synchronized List<String> names() {
        return List.copyOf(contents.keySet());
    }

    @Override
    public synchronized InputStream read(String name) throws IOException {
        return new ByteArrayInputStream(get(name));
    }

    @Override
    public synchronized long size(String name) throws IOException {
        return require(name).bytes.length;
    }

    @Override
    public synchronized Output create(String name) throws IOException {
        requireWorking(0);
        var content = new Content();
        contents.put(name, content);
        return output(content);
    }

    @Override
    public synchronized Output reuse(String from, String to) throws IOException {
        rename(from, to);
        return output(require(to));
    }

    private Output output(Content content) {
        return new Output() {
            private int position;

            @Override
            public void write(ByteBuffer source) throws IOException {
                byte[] bytes = new byte[source.remaining()];
                source.get(bytes);
                synchronized (MemoryFiles.this) {
                    requireWorking(Math.max(0, position + bytes.length - content.bytes.length));
                    content.write(position, bytes);
                    position += bytes.length;
                }
            }

            @Override
            public void sync() throws IOException {
                synchronized (MemoryFiles.this) {
                    requireWorking(0);
                    content.sync();
                }
            }

            @Override
            public void close() throws IOException {
                synchronized (MemoryFiles.this) {
                    if (position < content.bytes.length) {
                        requireWorking(0);
                        content.bytes = Arrays.copyOf(content.bytes, position);
                        content.sync();
                    }
                }
            }
        };
    }

    @Override
    public synchronized void truncate(String name, long length) throws IOException {
        put(name, Arrays.copyOf(get(name), (int) length));
    }

    @Override
    public synchronized void rename(String from, String to) throws IOException {
        requireWorking(0);
        contents.put(to, require(from));
        contents.remove(from);
        syncNames();
    }

    @Override
    public synchronized void syncNames() {
        contents.values().forEach(content -> content.nameSynced = true);
    }

    @Override
    public synchronized void delete(String name) {
        contents.remove(name);
    }

    @Override
    public void close() {
        // A memory disk can be used again.
    }
}
