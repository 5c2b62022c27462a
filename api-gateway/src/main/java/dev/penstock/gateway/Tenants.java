package dev.penstock.gateway;

import dev.penstock.gateway.store.Database;
import dev.penstock.gateway.store.StoreAddress;
import dev.penstock.gateway.store.TenantOverrides;
import dev.penstock.gateway.store.TenantStore;
import io.vertx.core.Vertx;
import java.util.List;

/**
 * The operator's hand on tenants' limits, for the command line; beside a running gateway too, which notices within
 * seconds. All methods block.
 */
public final class Tenants implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    private final Database database;
    private final TenantStore store;

    private Tenants(StoreAddress address) {
        this.database = Database.openBesideGateway(address, vertx.getOrCreateContext());
        this.store = new TenantStore(database);
    }

    /**
     * Opens the tenants of a job store.
     *
     * @throws dev.penstock.gateway.store.StoreCannotOpenException
     *             if it can't be used
     */
    public static Tenants open(StoreAddress address) {
        return new Tenants(address);
    }

    /** What is set for the tenant. */
    public TenantOverrides limits(String tenant) {
        return store.overrides(tenant).await();
    }

    /** Puts these in the place of the tenant's former limits. */
    public void set(TenantOverrides limits) {
        store.set(limits).await();
    }

    /** All tenants for which something is set. */
    public List<TenantOverrides> list() {
        return store.list().await();
    }

    @Override
    public void close() {
        try {
            database.close();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        vertx.close().await();
    }
}
