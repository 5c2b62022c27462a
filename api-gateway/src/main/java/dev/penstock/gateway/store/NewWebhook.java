package dev.penstock.gateway.store;

/**
 * Where to tell of the end of a job or batch.
 *
 * @param secrets
 *            encrypted
 */
@SuppressWarnings("ArrayRecordComponent") // made once, compared by nobody
public record NewWebhook(String url, byte[] secrets) {
}
