package dev.penstock.session.sandbox;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * A folder that belongs to one container for as long as that lives: it holds a file that the container keeps locked. The
 * kernel gives up the lock when the container dies, however it does; by that the next one to start knows what it may remove.
 * A lock holds across pid namespaces, where the number of a process would say nothing.
 */
final class OwnFolder implements AutoCloseable {
    private static final String NAME = "penstock-session-";
    private static final String UNFINISHED = ".unfinished-";
    private static final String LOCK = "lock";
    /** Whoever can read a file can hold a lock on it. */
    private static final FileAttribute<?> OWNER_ONLY = PosixFilePermissions
            .asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    /** Opening and closing the file of a folder of this very process would give up its lock. */
    private static final Set<Path> OF_THIS_PROCESS = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final FileChannel lock;

    private OwnFolder(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /**
     * Makes one.
     *
     * @param parent
     *            where; must exist
     */
    static OwnFolder create(Path parent) throws IOException {
        // Under its final name it is never seen without its lock.
        Path unfinished = Files.createTempDirectory(parent, UNFINISHED + NAME);
        FileChannel lock = FileChannel.open(unfinished.resolve(LOCK),
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OWNER_ONLY);
        Path path = parent.resolve(unfinished.getFileName().toString().substring(UNFINISHED.length()));
        OF_THIS_PROCESS.add(path.toAbsolutePath());
        lock.lock();
        return new OwnFolder(Files.move(unfinished, path), lock);
    }

    static boolean isLock(Path file) {
        return file.endsWith(LOCK);
    }

    Path path() {
        return path;
    }

    /** To be called when the folder is gone, or as empty as it will get. */
    @Override
    public void close() throws IOException {
        lock.close();
        OF_THIS_PROCESS.remove(path.toAbsolutePath());
    }

    /**
     * Removes the folders of containers that are dead.
     *
     * @param leftBehind
     *            told what could not be removed; that keeps nobody from starting
     */
    static void removeLeftovers(Path parent, Consumer<IOException> leftBehind) {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, NAME + "*")) {
            for (Path folder : folders) {
                if (!OF_THIS_PROCESS.contains(folder.toAbsolutePath())) {
                    removeUnlessAlive(folder);
                }
            }
        } catch (IOException failed) {
            leftBehind.accept(failed);
        } catch (DirectoryIteratorException failed) {
            leftBehind.accept(failed.getCause());
        }
    }

    private static void removeUnlessAlive(Path folder) throws IOException {
        if (!isOurs(folder)) {
            return;
        }
        try (FileChannel channel = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS); FileLock lock = channel.tryLock()) {
            if (lock != null) {
                FileTool.remove(folder); // the lock's file with the rest
            }
        } catch (NoSuchFileException removedByAnother) {
            return;
        }
    }

    /** A link, or what another user has put there, is none of our business. */
    private static boolean isOurs(Path folder) throws IOException {
        try {
            return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                    && Objects.equals(Files.getAttribute(folder, "unix:uid", LinkOption.NOFOLLOW_LINKS),
                            FileTool.ownUid());
        } catch (NoSuchFileException removedByAnother) {
            return false;
        }
    }
}
