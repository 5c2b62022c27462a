package dev.penstock.servicebus.journal;

import java.io.IOException;

/** What the owner of a journal hears about it, on the broker's loop. */
public interface JournalEvents {
    /** Nothing can be made durable; changes are refused until {@link #working}. */
    void failing(IOException cause);

    /** After {@link #failing}: all is durable again. */
    void working();

    /** Old files could not be replaced by a snapshot; it is tried again when as much has been written again. */
    void compactionFailed(IOException cause);
}
