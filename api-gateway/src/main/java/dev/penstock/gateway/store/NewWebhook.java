package dev.penstock.gateway.store;

/**
 * Where to tell of the end of a job or batch.
 *
 * @param secrets
 *            encrypted
 */
@SuppressWarnings("ArrayRecordComponent") // made once, compared by nobody
public record NewWebhook(String url, byte[] secrets) {
    /** Wherever the tenant's default leads at the time; nowhere if it has none when the job or batch is stored. */
    public static final NewWebhook OF_TENANT = new NewWebhook("", new byte[0]);

    boolean ofTenant() {
        return url.isEmpty();
    }
}
