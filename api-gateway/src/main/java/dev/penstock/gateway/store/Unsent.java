package dev.penstock.gateway.store;

/**
 * A stored job whose message the broker has not confirmed.
 *
 * @param body
 *            the encoded job, exactly as it was sent before
 */
@SuppressWarnings("ArrayRecordComponent") // made once, compared by nobody
public record Unsent(String jobId, byte[] body) {
}
