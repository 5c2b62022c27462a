package dev.penstock.gateway;

import dev.penstock.gateway.process.OidcConfig;
import dev.penstock.gateway.store.ApiKey;
import dev.penstock.gateway.store.ApiKeyStore;
import dev.penstock.gateway.store.StoreAddress;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * The operator's hand on API keys, for the command line; beside a running gateway too, which notices within seconds. All
 * methods block.
 */
public final class ApiKeys implements AutoCloseable {
    private final OpenedStore opened;
    private final ApiKeyStore store;

    private ApiKeys(StoreAddress address) {
        this.opened = OpenedStore.at(address);
        this.store = new ApiKeyStore(opened.database());
    }

    /**
     * Opens the keys of a job store.
     *
     * @throws dev.penstock.gateway.store.StoreCannotOpenException
     *             if it can't be used
     */
    public static ApiKeys open(StoreAddress address) {
        return new ApiKeys(address);
    }

    /**
     * Makes a key; its text is in the answer and nowhere else.
     *
     * @throws IllegalArgumentException
     *             if the tenant's name is reserved to callers who come by tokens
     */
    public ApiKeyStore.Fresh create(String tenant, String name, Set<ApiKey.Scope> scopes) {
        if (tenant.startsWith(OidcConfig.RESERVED_PREFIX)) {
            throw new IllegalArgumentException("a key's tenant can't start with " + OidcConfig.RESERVED_PREFIX
                    + " since such tenants belong to callers with tokens");
        }
        return store.create(tenant, name, scopes, Instant.now()).await();
    }

    public List<ApiKey> list() {
        return store.list().await();
    }

    /** Whether there was such a valid key. */
    public boolean revoke(String id) {
        return store.revoke(id, Instant.now()).await();
    }

    @Override
    public void close() {
        opened.close();
    }
}
