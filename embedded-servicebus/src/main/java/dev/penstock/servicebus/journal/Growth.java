package dev.penstock.servicebus.journal;

import java.util.function.LongSupplier;

/**
 * How much a start would have to read, and when a snapshot is worth writing: when most of that is of no use any more. While what
 * is written stays in the queues, a snapshot would only be written for the sake of the next one.
 */
final class Growth {
    private final long minBytes;
    private long snapshotBytes;
    private long journalBytes;
    /** Of journals; it isn't looked at the queues for each frame. */
    private long nextLook;

    /** @param minBytes what may be read at a start beyond what is of use */
    Growth(long minBytes) {
        this.minBytes = minBytes;
        nextLook = minBytes;
    }

    void recovered(long snapshot, long journals) {
        snapshotBytes = snapshot;
        journalBytes = journals;
        nextLook = Math.max(minBytes, snapshot);
    }

    void written(long bytes) {
        journalBytes += bytes;
    }

    /** @param usefulBytes of the messages that are there */
    boolean calls(LongSupplier usefulBytes) {
        if (journalBytes <= nextLook) {
            return false;
        }
        if (snapshotBytes + journalBytes > minBytes + 2 * usefulBytes.getAsLong()) {
            return true;
        }
        nextLook = journalBytes + minBytes / 8;
        return false;
    }

    /** A new journal begins, with a snapshot of all that was before it to come. */
    void restarted() {
        journalBytes = 0;
    }

    /** The snapshot is there; the next one comes after as much again at the earliest. */
    void snapshotWritten(long bytes) {
        snapshotBytes = bytes;
        nextLook = Math.max(minBytes, bytes);
    }
}
