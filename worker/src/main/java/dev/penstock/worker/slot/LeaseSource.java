package dev.penstock.worker.slot;

import java.util.Optional;

/** Where leases come from. */
public interface LeaseSource {
    /**
     * Waits a while for a slot that nobody holds.
     *
     * @return empty when there was none
     * @throws IllegalStateException
     *             if the ledger can't be reached now
     */
    Optional<Lease> accept();

    /**
     * Makes sure that the slots from 0 on exist, each once.
     *
     * @throws IllegalStateException
     *             if the ledger can't be reached now
     */
    void seed(int slots);

    /** Whether a session's identifier tells for certain whose it is: then strays can be looked for. */
    boolean tellsOwners();
}
