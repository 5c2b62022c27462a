package dev.penstock.worker.pool;

import com.azure.core.credential.TokenCredential;
import com.azure.identity.DefaultAzureCredentialBuilder;
import dev.penstock.messaging.EntraToken;
import java.time.InstantSource;

/** An Entra token for Azure's pools; asked for anew once after a 401. The second 401 then stands. */
public final class EntraPoolToken implements PoolToken {
    private static final String SCOPE = "https://dynamicsessions.io/.default";

    private final EntraToken token;

    EntraPoolToken(TokenCredential credential, InstantSource clock) {
        this.token = new EntraToken(credential, SCOPE, clock);
    }

    /** With {@code DefaultAzureCredential}: a managed identity in Azure, {@code az login} on a desk. */
    public static EntraPoolToken ofDefaultCredential() {
        return new EntraPoolToken(new DefaultAzureCredentialBuilder().build(), InstantSource.system());
    }

    @Override
    public String current() {
        try {
            return token.current();
        } catch (RuntimeException failed) {
            throw new PoolTokenException("no Entra token for the pool could be had: check the managed identity, or"
                    + " run 'az login'", failed);
        }
    }

    @Override
    public boolean refused(String refusedToken) {
        token.refused(refusedToken);
        return true;
    }
}
