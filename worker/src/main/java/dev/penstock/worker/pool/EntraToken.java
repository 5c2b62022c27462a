package dev.penstock.worker.pool;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * An Entra token for {@code https://dynamicsessions.io}, cached, fetched anew five minutes before it ends and once after
 * a 401. The credential's own cache may hand out the refused token again; the second 401 then stands.
 */
public final class EntraToken implements PoolToken {
    static final String SCOPE = "https://dynamicsessions.io/.default";
    private static final Duration AHEAD = Duration.ofMinutes(5);
    private static final Duration FETCH_TIMEOUT = Duration.ofSeconds(30);

    private final TokenCredential credential;
    private final InstantSource clock;
    private final ReentrantLock fetching = new ReentrantLock();
    private volatile @Nullable AccessToken cached;

    public EntraToken(TokenCredential credential, InstantSource clock) {
        this.credential = credential;
        this.clock = clock;
    }

    @Override
    public String current() {
        AccessToken token = cached;
        return token != null && fresh(token) ? token.getToken() : fetch();
    }

    @Override
    public boolean refused(String token) {
        fetching.lock();
        try {
            AccessToken held = cached;
            if (held != null && held.getToken().equals(token)) {
                cached = null;
            }
            return true;
        } finally {
            fetching.unlock();
        }
    }

    private boolean fresh(AccessToken token) {
        return clock.instant().plus(AHEAD).isBefore(token.getExpiresAt().toInstant());
    }

    private String fetch() {
        fetching.lock();
        try {
            AccessToken other = cached;
            if (other != null && fresh(other)) {
                return other.getToken();
            }
            AccessToken fetched = credential.getToken(new TokenRequestContext().addScopes(SCOPE)).block(FETCH_TIMEOUT);
            if (fetched == null) {
                throw new IllegalStateException("the credential gave no token");
            }
            cached = fetched;
            return fetched.getToken();
        } catch (RuntimeException failed) {
            throw new PoolTokenException("no Entra token for the pool could be had: check the managed identity, or"
                    + " run 'az login'", failed);
        } finally {
            fetching.unlock();
        }
    }
}
