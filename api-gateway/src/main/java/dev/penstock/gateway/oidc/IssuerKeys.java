package dev.penstock.gateway.oidc;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.gateway.process.GatewayEvents;
import dev.penstock.gateway.process.OidcConfig;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The keys that an issuer signs with: fetched at the start, now and then, and when a token names one that isn't known.
 * While the issuer is down the keys that are known stay. Belongs to the gateway's event loop, but for {@link #refresh}.
 */
final class IssuerKeys {
    private static final Duration REFRESH = Duration.ofMinutes(15);
    private static final Duration RETRY = Duration.ofSeconds(10);
    /** Tokens with made-up keys must not have us overrun the issuer. */
    private static final Duration BETWEEN_SEARCHES = Duration.ofSeconds(30);
    private static final int LEEWAY_SECONDS = 30;

    private final OidcConfig config;
    private final IssuerDocuments documents;
    private final Context home;
    private final InstantSource clock;
    private final GatewayEvents events;
    private @Nullable Known known;
    private @Nullable Future<Void> search;
    private Instant nextSearch = Instant.MIN;
    private final ReentrantLock fetching = new ReentrantLock();
    private volatile Instant nextRefresh = Instant.MIN;

    IssuerKeys(OidcConfig config, IssuerDocuments documents, Context home, InstantSource clock, GatewayEvents events) {
        this.config = config;
        this.documents = documents;
        this.home = home;
        this.clock = clock;
        this.events = events;
    }

    /** Keys that checked signatures can be made with, and their ids. */
    private record Known(JWTAuth verifier, Set<String> ids) {
    }

    /** Fetches the keys if it is time to. Blocks; to be called every few seconds. */
    void refresh() throws InterruptedException {
        fetching.lockInterruptibly();
        try {
            if (!clock.instant().isBefore(nextRefresh)) {
                nextRefresh = clock.instant().plus(RETRY);
                fetch();
            }
        } finally {
            fetching.unlock();
        }
    }

    private void fetch() throws InterruptedException {
        try {
            List<JsonObject> keys = PublicKeys.usable(documents.keys(config.issuer()));
            if (keys.isEmpty()) {
                throw new IOException("the issuer publishes no key that tokens may be signed with");
            }
            nextRefresh = clock.instant().plus(REFRESH);
            Known fetched = new Known(verifier(keys), ids(keys));
            home.runOnContext(_ -> known = fetched);
        } catch (IOException | RuntimeException unreachable) {
            events.issuerUnreachable(unreachable);
        }
    }

    /**
     * What checks a token's signature, audience, issuer and times.
     *
     * @param keyId
     *            that the token names; a search for it is made if it isn't known, unless one was made just now
     * @return empty while no key at all could be had
     */
    Future<Optional<JWTAuth>> verifierFor(Optional<String> keyId) {
        Known now = known;
        if (now != null && keyId.map(now.ids()::contains).orElse(true)) {
            return Future.succeededFuture(Optional.of(now.verifier()));
        }
        return search().map(_ -> Optional.ofNullable(known).map(Known::verifier));
    }

    /** One search at a time; those who come meanwhile wait for the same. */
    private Future<Void> search() {
        Future<Void> running = search;
        if (running != null) {
            return running;
        }
        if (known != null) {
            if (clock.instant().isBefore(nextSearch)) {
                return Future.succeededFuture();
            }
            nextSearch = clock.instant().plus(BETWEEN_SEARCHES);
            nextRefresh = Instant.MIN;
        }
        Promise<Void> done = Promise.promise();
        search = done.future();
        Thread.ofVirtual().name("find-issuer-keys").start(() -> {
            try {
                refresh();
            } catch (InterruptedException nobodyDoesThis) {
                Thread.currentThread().interrupt();
            } finally {
                home.runOnContext(_ -> {
                    search = null;
                    done.complete();
                });
            }
        });
        return done.future();
    }

    /** Never without keys: Vert.x would then take tokens that nobody signed, did the callers not refuse them first. */
    private JWTAuth verifier(List<JsonObject> keys) {
        JWTAuthOptions options = new JWTAuthOptions().setJWTOptions(new JWTOptions().setIssuer(config.issuer())
                .setAudience(new ArrayList<>(List.of(config.audience())))
                .setLeeway(LEEWAY_SECONDS));
        keys.forEach(options::addJwk);
        return JWTAuth.create(home.owner(), options);
    }

    private static Set<String> ids(List<JsonObject> keys) {
        Set<String> ids = new HashSet<>();
        keys.forEach(key -> Optional.ofNullable(key.getString("kid")).ifPresent(ids::add));
        return ids;
    }
}
