package dev.penstock.gateway.store;

/**
 * A caller's key for one submission.
 *
 * @param fingerprint
 *            the same for the same request only
 */
public record IdempotencyKey(String key, String fingerprint) {
}
