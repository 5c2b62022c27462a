package dev.penstock.worker.slot;

import java.util.Optional;

/**
 * The right to use one slot, as the ledger grants it. Calls block their thread and may fail for a while, which is an
 * {@link IllegalStateException}; once the lease is gone they throw {@link LeaseLostException}.
 */
public interface Lease {
    int slot();

    /** What the last holder left: the session that may still be alive, or empty when it left the slot clean. */
    Optional<SlotRecord> read();

    /** Replaces the record; empty leaves the slot clean. */
    void write(Optional<SlotRecord> record);

    /** Prolongs the lease by its full length. */
    void renew();

    /** Takes the slot out of the ledger for good and gives up the lease. */
    void retire();

    /** Gives up the lease; never throws. */
    void close();
}
