package dev.penstock.gateway.store;

/**
 * What a tenant may do.
 *
 * @param maxOpenJobs
 *            how many of its jobs may be open, that is not have ended, at a time; {@link #UNLIMITED} for any number
 */
public record TenantLimits(RateLimit rate, long maxOpenJobs) {
    public static final long UNLIMITED = Long.MAX_VALUE;

    /**
     * Reads a number of open jobs, or {@code none} for {@link #UNLIMITED}.
     *
     * @throws IllegalArgumentException
     *             saying what it must be
     */
    public static long parseOpenJobs(String text) {
        if (text.equals("none")) {
            return UNLIMITED;
        }
        if (!text.matches("\\d{1,9}")) {
            throw new IllegalArgumentException("must be a whole number, or none");
        }
        return Long.parseLong(text);
    }

    /** These, but for what was set for the tenant itself. */
    public TenantLimits overriddenBy(TenantOverrides tenant) {
        return new TenantLimits(tenant.rate().orElse(rate), tenant.maxOpenJobs().orElse(maxOpenJobs));
    }
}
