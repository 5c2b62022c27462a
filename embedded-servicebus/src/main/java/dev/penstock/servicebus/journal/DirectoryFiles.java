package dev.penstock.servicebus.journal;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A folder of the file system, used by one broker at a time. */
public final class DirectoryFiles implements JournalFiles {
    private static final String LOCK_FILE = "lock";

    private final Path directory;
    private final FileChannel lockChannel;

    private DirectoryFiles(Path directory, FileChannel lockChannel) {
        this.directory = directory;
        this.lockChannel = lockChannel;
    }

    /**
     * Opens a folder, and creates it if need be.
     *
     * @throws IOException also when another broker uses it
     */
    public static DirectoryFiles open(Path directory) throws IOException {
        createDurably(directory.toAbsolutePath());
        var channel = FileChannel.open(directory.resolve(LOCK_FILE), StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        if (tryLock(channel) == null) {
            channel.close();
            throw new IOException("the data folder " + directory
                    + " is in use by another broker: stop that one, or choose another folder");
        }
        return new DirectoryFiles(directory, channel);
    }

    /** A folder whose name is not on the disk is lost with all that was synced in it; so is one below it. */
    private static void createDurably(Path directory) throws IOException {
        var parent = directory.getParent();
        if (parent != null && !Files.isDirectory(directory)) {
            createDurably(parent);
            Files.createDirectories(directory);
            sync(parent);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException _) {
            return null;
        }
    }

    @Override
    public List<String> names() throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).filter(name -> !name.equals(LOCK_FILE)).toList();
        }
    }

    @Override
    public InputStream read(String name) throws IOException {
        return new BufferedInputStream(Files.newInputStream(directory.resolve(name)), 1 << 16);
    }

    @Override
    public long size(String name) throws IOException {
        return Files.size(directory.resolve(name));
    }

    @Override
    public Output create(String name) throws IOException {
        var channel = FileChannel.open(directory.resolve(name), StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING);
        return new PreparedOutput(channel, 0);
    }

    @Override
    public Output reuse(String from, String to) throws IOException {
        rename(from, to);
        var channel = FileChannel.open(directory.resolve(to), StandardOpenOption.WRITE);
        return new PreparedOutput(channel, channel.size());
    }

    @Override
    public void truncate(String name, long length) throws IOException {
        try (var channel = FileChannel.open(directory.resolve(name), StandardOpenOption.WRITE)) {
            channel.truncate(length);
            channel.force(true);
        }
    }

    @Override
    public void rename(String from, String to) throws IOException {
        Files.move(directory.resolve(from), directory.resolve(to), StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        syncNames();
    }

    @Override
    public void syncNames() throws IOException {
        sync(directory);
    }

    private static void sync(Path directory) throws IOException {
        try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public void delete(String name) throws IOException {
        Files.deleteIfExists(directory.resolve(name));
    }

    @Override
    public void close() throws IOException {
        lockChannel.close();
    }
}
