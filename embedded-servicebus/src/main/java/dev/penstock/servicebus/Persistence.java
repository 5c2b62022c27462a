package dev.penstock.servicebus;

import dev.penstock.servicebus.entity.RecoveredQueues;
import dev.penstock.servicebus.journal.JournalFiles;
import dev.penstock.servicebus.journal.LogExecutors;
import dev.penstock.servicebus.journal.WatchfulQueue;
import dev.penstock.servicebus.journal.WriteAheadLog;
import dev.penstock.servicebus.telemetry.BrokerEvents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A broker's journal with its files and threads. */
final class Persistence {
    private static final long CLOSE_DEADLINE_SECONDS = 30;

    private final JournalFiles files;
    private final ExecutorService writer = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new WatchfulQueue(),
            Thread.ofPlatform().name("journal").factory());
    private final ExecutorService snapshotter = Executors
            .newSingleThreadExecutor(Thread.ofPlatform().name("journal-snapshot").factory());
    private final RecoveredQueues recovered = new RecoveredQueues();
    private final WriteAheadLog log;

    /** Recovers; takes as long as reading the files takes. */
    Persistence(JournalFiles files, long minBytesToCompact, BrokerLoop loop, BrokerEvents events) {
        this.files = files;
        try {
            log = WriteAheadLog.open(files,
                    new LogExecutors(loop::execute, loop::executeInASecond, writer, snapshotter),
                    events, minBytesToCompact, recovered::apply);
        } catch (IOException e) {
            release();
            throw new UncheckedIOException("the data folder can't be used: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            release();
            throw e;
        }
    }

    WriteAheadLog log() {
        return log;
    }

    RecoveredQueues recovered() {
        return recovered;
    }

    /** Writes what is left; call it when the loop does nothing more. */
    void close() {
        log.finish();
        release();
    }

    private void release() {
        stopThreads();
        try {
            files.close();
        } catch (IOException e) {
            throw new UncheckedIOException("the data folder can't be released: " + e.getMessage(), e);
        }
    }

    private void stopThreads() {
        writer.shutdown();
        snapshotter.shutdown();
        try {
            if (!writer.awaitTermination(CLOSE_DEADLINE_SECONDS, TimeUnit.SECONDS)
                    || !snapshotter.awaitTermination(CLOSE_DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException(
                        "the disk does not finish writing; what was acknowledged is on it already");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
