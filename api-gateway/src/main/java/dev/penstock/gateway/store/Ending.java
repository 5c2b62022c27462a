package dev.penstock.gateway.store;

import java.util.List;
import java.util.Optional;

/**
 * What a job's result, or another reason to end it, led to.
 *
 * @param batch
 *            that the job is part of
 * @param deliveries
 *            webhook deliveries that are to be made because of it
 */
public record Ending(Recorded recorded, Optional<OfBatch> batch, List<String> deliveries) {
    static final Ending NOTHING = new Ending(Recorded.REPEATED, Optional.empty(), List.of());
    static final Ending UNKNOWN_JOB = new Ending(Recorded.UNKNOWN_JOB, Optional.empty(), List.of());

    /**
     * The batch of a job that ended.
     *
     * @param ended
     *            whether the job was its last open one
     */
    public record OfBatch(String id, boolean ended) {
    }

    public Ending {
        deliveries = List.copyOf(deliveries);
    }

    /** Whether the job was open until now. */
    public boolean now() {
        return recorded == Recorded.FIRST;
    }
}
