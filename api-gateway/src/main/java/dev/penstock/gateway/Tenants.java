package dev.penstock.gateway;

import dev.penstock.gateway.guard.SecretBox;
import dev.penstock.gateway.store.StoreAddress;
import dev.penstock.gateway.store.TenantOverrides;
import dev.penstock.gateway.store.TenantStore;
import dev.penstock.gateway.store.TenantWebhook;
import dev.penstock.gateway.webhooks.WebhookSignature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The operator's hand on tenants' limits and default webhooks, for the command line; beside a running gateway too, which notices within
 * seconds. All methods block.
 */
public final class Tenants implements AutoCloseable {
    private final OpenedStore opened;
    private final TenantStore store;

    private Tenants(StoreAddress address) {
        this.opened = OpenedStore.at(address);
        this.store = new TenantStore(opened.database());
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

    /** The tenant's default webhook. */
    public Optional<TenantWebhook> webhook(String tenant) {
        return store.webhook(tenant).await();
    }

    /** Ends the tenant's default webhook. */
    public void removeWebhook(String tenant) {
        store.setWebhook(tenant, Optional.empty()).await();
    }

    /**
     * Makes that the tenant's default webhook, enabled, with a fresh secret.
     *
     * @param url
     *            to be judged at each attempt
     * @param kept
     *            how many of the former secrets go on signing, newest first
     * @param box
     *            with the gateways' key
     * @return the secret, which is shown by nothing else
     */
    public String setWebhook(String tenant, String url, int kept, SecretBox box) {
        String fresh = WebhookSignature.newSecret();
        List<String> secrets = new ArrayList<>(List.of(fresh));
        webhook(tenant).ifPresent(former -> secrets.addAll(
                Arrays.stream(box.open(former.secrets()).split(" ")).limit(kept).toList()));
        byte[] sealed = box.seal(String.join(" ", secrets));
        store.setWebhook(tenant, Optional.of(new TenantWebhook(url, sealed, Optional.empty()))).await();
        return fresh;
    }

    @Override
    public void close() {
        opened.close();
    }
}
