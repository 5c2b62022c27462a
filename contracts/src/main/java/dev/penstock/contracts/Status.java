package dev.penstock.contracts;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Where a job is. {@code queued → running → succeeded | failed | canceled | expired}; a requeue leads from
 * {@code running} back to {@code queued}; a terminal status never changes.
 */
public enum Status {
    @JsonProperty("queued")
    QUEUED, @JsonProperty("running")
    RUNNING,
    /** The program ended with the verdict {@code ok}. */
    @JsonProperty("succeeded")
    SUCCEEDED,
    /** Any other verdict, or none and an error when the platform gave up. */
    @JsonProperty("failed")
    FAILED, @JsonProperty("canceled")
    CANCELED,
    /** The deadline passed before the job could run. */
    @JsonProperty("expired")
    EXPIRED;

    public boolean terminal() {
        return switch (this) {
            case QUEUED, RUNNING -> false;
            case SUCCEEDED, FAILED, CANCELED, EXPIRED -> true;
        };
    }
}
