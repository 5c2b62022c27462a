package dev.penstock.messaging;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An Entra token for one scope: cached, fetched anew five minutes before it ends or once it was refused. The credential's
 * own cache may hand out the refused token again; a credential that was made anew is asked then, where that is possible.
 * Thread safe.
 */
public final class EntraToken {
    private static final Duration AHEAD = Duration.ofMinutes(5);
    private static final Duration FETCH_TIMEOUT = Duration.ofSeconds(30);

    private final Supplier<TokenCredential> anew;
    private final String scope;
    private final InstantSource clock;
    private final ReentrantLock fetching = new ReentrantLock();
    private volatile @Nullable AccessToken cached;
    /** Guarded by {@link #fetching}, as the next ones are. */
    private TokenCredential credential;
    private @Nullable String refused;
    /** How many fetches failed, and how the last one did. */
    private final AtomicInteger failures = new AtomicInteger();
    private @Nullable RuntimeException lastFailure;

    /** Of a credential that can't be made anew. */
    public EntraToken(TokenCredential credential, String scope, InstantSource clock) {
        this(scope, clock, () -> credential);
    }

    /**
     * Of a credential that can be made anew.
     *
     * @param credentials
     *            makes a credential that remembers nothing, as far as that can be had; called at once, and when the last one
     *            gave a token again that had been refused
     */
    public EntraToken(String scope, InstantSource clock, Supplier<TokenCredential> credentials) {
        this.anew = credentials;
        this.credential = credentials.get();
        this.scope = scope;
        this.clock = clock;
    }

    /**
     * A token that lasts a while yet; blocks up to 30 s while one is fetched.
     *
     * @throws RuntimeException
     *             if the credential gives none
     */
    public String current() {
        AccessToken token = cached;
        return token != null && fresh(token) ? token.getToken() : fetch();
    }

    /** Whoever the token is for doesn't take it: the next one is fetched anew, and still may be the same. */
    public void refused(String token) {
        fetching.lock();
        try {
            AccessToken held = cached;
            if (held != null && held.getToken().equals(token)) {
                cached = null;
                refused = token;
            }
        } finally {
            fetching.unlock();
        }
    }

    /** About how many callers wait for another's fetch. */
    int waiting() {
        return fetching.getQueueLength();
    }

    private boolean fresh(AccessToken token) {
        return clock.instant().plus(AHEAD).isBefore(token.getExpiresAt().toInstant());
    }

    /** Whoever waited while another's fetch failed has waited long enough: the failure is theirs, too. */
    private String fetch() {
        int failuresBefore = failures.get();
        fetching.lock();
        try {
            AccessToken other = cached;
            if (other != null && fresh(other)) {
                return other.getToken();
            }
            if (lastFailure != null && failures.get() != failuresBefore) {
                throw lastFailure;
            }
            return fetchNow();
        } finally {
            fetching.unlock();
        }
    }

    private String fetchNow() {
        try {
            AccessToken fetched = fetchFrom(credential);
            if (fetched.getToken().equals(refused)) {
                credential = anew.get();
                fetched = fetchFrom(credential);
            }
            refused = null;
            cached = fetched;
            return fetched.getToken();
        } catch (RuntimeException failed) {
            lastFailure = failed;
            failures.incrementAndGet();
            throw failed;
        }
    }

    private AccessToken fetchFrom(TokenCredential asked) {
        AccessToken fetched = asked.getToken(new TokenRequestContext().addScopes(scope)).block(FETCH_TIMEOUT);
        if (fetched == null) {
            throw new IllegalStateException("the credential gave no token");
        }
        return fetched;
    }
}
