package dev.penstock.gateway.store;

import io.vertx.core.Context;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * One SQLite file for one gateway: one thread writes, a few read, a lock file keeps a second gateway out (decision 11).
 */
final class SqliteDatabase implements Database {
    private static final int READERS = 2;
    private static final int QUEUE_CAPACITY = 10_000;
    private static final int GROUP_SIZE = 256;
    private static final int BUSY_TIMEOUT_MS = 5_000;
    /** SQLite empties its log only at a moment without readers, which need not come by itself. */
    private static final long LONGEST_LOG_BYTES = 16L << 20;

    private final @Nullable FileChannel lockFile;
    private final Path file;
    private final Lanes writer;
    private final Lanes readers;

    private SqliteDatabase(@Nullable FileChannel lockFile, Path file, Context home) {
        this.lockFile = lockFile;
        this.file = file.toAbsolutePath();
        this.writer = new Lanes("store-writer", 1, QUEUE_CAPACITY, GROUP_SIZE, () -> connect(file, false), home);
        this.readers = new Lanes("store-reader", READERS, QUEUE_CAPACITY, GROUP_SIZE, () -> connect(file, true), home);
    }

    /**
     * Opens the file, creates or migrates its tables. Blocks.
     *
     * @throws StoreCannotOpenException
     *             if another gateway has it open, or it can't be read, written or migrated
     */
    static SqliteDatabase open(Path file, Context home) {
        FileChannel lockFile = lock(file.toAbsolutePath());
        try {
            refuseOrphanedLog(file);
            migrate(file);
            return new SqliteDatabase(lockFile, file, home);
        } catch (StoreCannotOpenException refused) {
            closeQuietly(lockFile);
            throw refused;
        } catch (FlywayException broken) {
            closeQuietly(lockFile);
            throw new StoreCannotOpenException(
                    file + " can't be used as the job store; is it another program's file, one of a newer Penstock, or"
                            + " damaged? Restore it from a backup, or move it away to start with an empty store. "
                            + StoreCannotOpenException.firstLine(broken),
                    broken);
        }
    }

    /** Rather than starting empty beside what is left of the jobs that were accepted last. */
    private static void refuseOrphanedLog(Path file) {
        Path log = log(file);
        try {
            if (!Files.exists(file) && Files.exists(log) && Files.size(log) > 0) {
                throw new StoreCannotOpenException(file + " is gone but its log " + log.getFileName()
                        + " is there: restore the file, or move the log away to start with an empty store", null);
            }
        } catch (IOException unreadable) {
            throw new StoreCannotOpenException(log + " can't be read: " + unreadable.getMessage(), unreadable);
        }
    }

    /**
     * Opens the file for a short change from outside, whether or not a gateway has it open: the file's own locks order the
     * two. Blocks.
     *
     * @throws StoreCannotOpenException
     *             if it can't be read, written or migrated
     */
    static SqliteDatabase openBesideGateway(Path file, Context home) {
        try {
            migrate(file);
            return new SqliteDatabase(null, file, home);
        } catch (FlywayException broken) {
            throw new StoreCannotOpenException(
                    file + " can't be used as the job store: " + StoreCannotOpenException.firstLine(broken), broken);
        }
    }

    @Override
    public Lanes writer() {
        return writer;
    }

    @Override
    public Lanes readers() {
        return readers;
    }

    /** There is no other gateway to tell of anything. */
    @Override
    public void listen(Listener listener) {}

    /** Has the log emptied, and stops accepting what would be written to a file that is not there any more. */
    @Override
    public void tidy() {
        if (!Files.exists(file)) {
            String reason = file + " was deleted under the running gateway: stop the gateway, restore the file, start";
            writer.refuse(reason);
            throw new IllegalStateException(reason);
        }
        try {
            Path log = log(file);
            if (Files.exists(log) && Files.size(log) > LONGEST_LOG_BYTES) {
                emptyLog();
            }
        } catch (IOException | SQLException failed) {
            throw new IllegalStateException("the log of " + file + " could not be emptied", failed);
        }
    }

    private void emptyLog() throws SQLException {
        try (Connection connection = DriverManager.getConnection(url(file), config().toProperties());
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
    }

    @Override
    public void close() throws InterruptedException {
        readers.close();
        writer.close();
        closeQuietly(lockFile);
    }

    private static FileChannel lock(Path file) {
        Path lockPath = file.resolveSibling(file.getFileName() + ".lock");
        try {
            if (lockPath.getParent() != null) {
                Files.createDirectories(lockPath.getParent());
            }
            FileChannel channel = FileChannel.open(lockPath, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (tryLock(channel) == null) {
                channel.close();
                throw new StoreCannotOpenException("another gateway has " + file + " open; stop it, give this one a"
                        + " PENSTOCK_STORE of its own, or use PostgreSQL for several gateways", null);
            }
            return channel;
        } catch (IOException unwritable) {
            throw new StoreCannotOpenException(lockPath + " can't be written: " + unwritable.getMessage(), unwritable);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            return null;
        }
    }

    private static void migrate(Path file) {
        SQLiteDataSource source = new SQLiteDataSource(config());
        source.setUrl(url(file));
        Flyway.configure().dataSource(source).locations(MIGRATIONS).loggers("slf4j").load().migrate();
    }

    private static Sql connect(Path file, boolean readOnly) throws SQLException {
        Connection connection = DriverManager.getConnection(url(file), config().toProperties());
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA query_only = " + readOnly);
        }
        return readOnly ? Sql.reading(connection) : Sql.writingAlone(connection);
    }

    private static SQLiteConfig config() {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setBusyTimeout(BUSY_TIMEOUT_MS);
        // Else the driver asks for the last row's number after each insert.
        config.setGetGeneratedKeys(false);
        return config;
    }

    private static Path log(Path file) {
        return file.resolveSibling(file.getFileName() + "-wal");
    }

    private static String url(Path file) {
        return "jdbc:sqlite:" + file.toAbsolutePath();
    }

    private static void closeQuietly(@Nullable FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException ignored) {
            // The lock ends with the process at the latest.
        }
    }
}
