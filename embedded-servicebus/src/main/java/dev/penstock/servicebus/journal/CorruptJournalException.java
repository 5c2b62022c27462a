package dev.penstock.servicebus.journal;

/** The data folder holds something that no crash leaves behind. The broker does not start, so nothing gets worse. */
public final class CorruptJournalException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CorruptJournalException(String file, long position, String problem) {
        super("the journal file " + file + " is corrupt at byte " + position + ": " + problem
                + ". Restore the data folder from a backup, or move it away to start empty.");
    }
}
