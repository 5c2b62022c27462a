package dev.penstock.gateway.store;

import io.vertx.core.Future;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** What was set for single tenants. */
public final class TenantStore {
    private static final String SELECT = "SELECT tenant, rate_limit, max_open_jobs FROM tenants ";

    private final Database database;

    public TenantStore(Database database) {
        this.database = database;
    }

    /** The tenant's own limits; all empty if it has none. */
    public Future<TenantOverrides> overrides(String tenant) {
        return database.readers()
                .submit(sql -> sql.first(SELECT + "WHERE tenant = ?", TenantStore::overrides, tenant)
                        .orElse(new TenantOverrides(tenant, Optional.empty(), Optional.empty())));
    }

    /** All tenants for which something was set. */
    public Future<List<TenantOverrides>> list() {
        return database.readers().submit(sql -> sql.query(SELECT + "ORDER BY tenant", TenantStore::overrides));
    }

    /** Puts these in the place of the tenant's former ones. */
    public Future<Void> set(TenantOverrides limits) {
        return database.writer()
                .submit(sql -> sql.update("""
                        INSERT INTO tenants (tenant, rate_limit, max_open_jobs) VALUES (?, ?, ?)
                        ON CONFLICT (tenant) DO UPDATE
                        SET rate_limit = excluded.rate_limit, max_open_jobs = excluded.max_open_jobs
                        """, limits.tenant(), limits.rate().map(RateLimit::toString).orElse(null),
                        limits.maxOpenJobs().orElse(null)))
                .mapEmpty();
    }

    /** The tenant's default webhook. */
    public Future<Optional<TenantWebhook>> webhook(String tenant) {
        return database.readers()
                .submit(sql -> sql.first("""
                        SELECT webhook_url, webhook_secrets, webhook_disabled_at FROM tenants
                        WHERE tenant = ? AND webhook_url IS NOT NULL
                        """, row -> new TenantWebhook(row.getString(1), row.getBytes(2),
                        Optional.ofNullable(Rows.time(row, "webhook_disabled_at"))), tenant));
    }

    /** Puts it in the place of the former, enabled; empty: the tenant has none from now on. */
    public Future<Void> setWebhook(String tenant, Optional<TenantWebhook> webhook) {
        return database.writer()
                .submit(sql -> sql.update("""
                        INSERT INTO tenants (tenant, webhook_url, webhook_secrets) VALUES (?, ?, ?)
                        ON CONFLICT (tenant) DO UPDATE SET webhook_url = excluded.webhook_url,
                            webhook_secrets = excluded.webhook_secrets, webhook_disabled_at = NULL
                        """, tenant, webhook.map(TenantWebhook::url).orElse(null),
                        webhook.map(TenantWebhook::secrets).orElse(null)))
                .mapEmpty();
    }

    private static TenantOverrides overrides(ResultSet row) throws SQLException {
        Optional<RateLimit> rate = Optional.ofNullable(row.getString("rate_limit")).map(RateLimit::parse);
        long most = row.getLong("max_open_jobs");
        Optional<Long> maxOpenJobs = row.wasNull() ? Optional.empty() : Optional.of(most);
        return new TenantOverrides(row.getString("tenant"), rate, maxOpenJobs);
    }
}
