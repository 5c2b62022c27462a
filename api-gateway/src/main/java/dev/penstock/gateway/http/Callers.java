package dev.penstock.gateway.http;

import dev.penstock.gateway.store.ApiKey;
import dev.penstock.gateway.store.ApiKey.Scope;
import dev.penstock.gateway.store.ApiKeyStore;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.Set;

/**
 * Keys to callers. What the store said is believed for a few seconds, so that most requests don't ask it; a revoked key
 * opens nothing after that. Belongs to the gateway's event loop.
 */
final class Callers {
    private static final Duration BELIEVED_FOR = Duration.ofSeconds(5);
    private static final int MOST_REMEMBERED = 1_000;
    /** The tenant of the operator's own key. */
    private static final String DEFAULT_TENANT = "default";

    private final Optional<String> operatorDigest;
    private final ApiKeyStore store;
    private final InstantSource clock;
    private final LinkedHashMap<String, Entry> remembered = new LinkedHashMap<>();

    private record Entry(Optional<Caller> caller, Instant until) {
    }

    /**
     * @param operatorKey
     *            a key that is in no store; it may do everything
     */
    Callers(Optional<String> operatorKey, ApiKeyStore store, InstantSource clock) {
        this.operatorDigest = operatorKey.map(ApiKey::digest);
        this.store = store;
        this.clock = clock;
    }

    /** Whose key that is; empty if nobody's. */
    Future<Optional<Caller>> find(String key) {
        String digest = ApiKey.digest(key);
        if (operatorDigest.isPresent() && same(operatorDigest.get(), digest)) {
            return Future.succeededFuture(Optional.of(new Caller(DEFAULT_TENANT, Set.of(Scope.READ, Scope.WRITE))));
        }
        Entry entry = remembered.get(digest);
        if (entry != null && clock.instant().isBefore(entry.until())) {
            return Future.succeededFuture(entry.caller());
        }
        return store.find(digest)
                .map(found -> found.map(apiKey -> new Caller(apiKey.tenant(), apiKey.scopes())))
                .onSuccess(caller -> remember(digest, caller));
    }

    private void remember(String digest, Optional<Caller> caller) {
        remembered.remove(digest);
        remembered.put(digest, new Entry(caller, clock.instant().plus(BELIEVED_FOR)));
        if (remembered.size() > MOST_REMEMBERED) {
            remembered.pollFirstEntry();
        }
    }

    /** Digests have one length, so comparing them tells nothing about the key's. */
    private static boolean same(String a, String b) {
        return MessageDigest.isEqual(a.getBytes(StandardCharsets.US_ASCII), b.getBytes(StandardCharsets.US_ASCII));
    }
}
