package dev.penstock.servicebus.journal;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** A disk in memory that can fail, fill up, and lose its power: then it forgets what was not synced, or garbles it. */
public final class MemoryFiles implements JournalFiles {
    private static final class Content {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int synced;
        boolean nameSynced;
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
        return contents.values().stream().mapToLong(content -> content.bytes.size()).sum();
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

    private static byte[] survivor(Content content, Random random) {
        byte[] written = content.bytes.toByteArray();
        int kept = content.synced + random.nextInt(written.length - content.synced + 1);
        byte[] survivor = Arrays.copyOf(written, kept);
        if (kept > content.synced && random.nextBoolean()) {
            survivor[content.synced + random.nextInt(kept - content.synced)] ^= 0x55;
        }
        return survivor;
    }

    synchronized void put(String name, byte[] bytes) {
        var content = new Content();
        content.bytes.writeBytes(bytes);
        content.synced = bytes.length;
        content.nameSynced = true;
        contents.put(name, content);
    }

    synchronized byte[] get(String name) throws IOException {
        return require(name).bytes.toByteArray();
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
        return require(name).bytes.size();
    }

    @Override
    public synchronized Output create(String name) throws IOException {
        requireWorking(0);
        var content = new Content();
        contents.put(name, content);
        return new Output() {
            @Override
            public void write(byte[] bytes) throws IOException {
                synchronized (MemoryFiles.this) {
                    requireWorking(bytes.length);
                    content.bytes.writeBytes(bytes);
                }
            }

            @Override
            public void sync() throws IOException {
                synchronized (MemoryFiles.this) {
                    requireWorking(0);
                    content.synced = content.bytes.size();
                }
            }

            @Override
            public void close() {
                // Closing syncs nothing.
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
