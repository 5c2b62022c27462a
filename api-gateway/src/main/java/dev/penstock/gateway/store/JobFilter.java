package dev.penstock.gateway.store;

import dev.penstock.contracts.Status;
import java.util.Optional;

/**
 * Which jobs to list. Job ids grow with time, so bounds on ids are bounds on time as well as places to go on from.
 *
 * @param idsAfter
 *            only greater ids
 * @param idsBefore
 *            only smaller ids
 */
public record JobFilter(Optional<Status> status, Optional<Label> label, String idsAfter, String idsBefore) {
    /** One of a job's labels. */
    public record Label(String name, String value) {
    }
}
