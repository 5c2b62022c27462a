package dev.penstock.worker.pool;

import com.azure.core.credential.TokenCredential;
import com.azure.identity.DefaultAzureCredentialBuilder;
import dev.penstock.messaging.EntraToken;
import java.time.InstantSource;
import java.util.function.Supplier;

/** An Entra token for Azure's pools, or for what manages them; asked for anew once after a 401. The second 401 then stands. */
public final class EntraPoolToken implements PoolToken {
    /** Of every pool of sessions. */
    public static final String POOLS = "https://dynamicsessions.io/.default";

    private final EntraToken token;

    EntraPoolToken(Supplier<TokenCredential> credentials, String scope, InstantSource clock) {
        this.token = new EntraToken(scope, clock, credentials);
    }

    /** With {@code DefaultAzureCredential}: a managed identity in Azure, {@code az login} on a desk. */
    public static EntraPoolToken ofDefaultCredential(String scope) {
        return new EntraPoolToken(() -> new DefaultAzureCredentialBuilder().build(), scope, InstantSource.system());
    }

    @Override
    public String current() {
        try {
            return token.current();
        } catch (RuntimeException failed) {
            throw new PoolTokenException("no Entra token could be had: check the managed identity, or"
                    + " run 'az login'", failed);
        }
    }

    @Override
    public boolean refused(String refusedToken) {
        token.refused(refusedToken);
        return true;
    }
}
