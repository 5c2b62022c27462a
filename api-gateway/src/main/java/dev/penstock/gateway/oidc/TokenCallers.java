package dev.penstock.gateway.oidc;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.Json;
import dev.penstock.gateway.process.GatewayEvents;
import dev.penstock.gateway.process.Loop;
import dev.penstock.gateway.process.OidcConfig;
import dev.penstock.gateway.store.ApiKey.Scope;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.NoSuchKeyIdException;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import java.io.IOException;
import java.security.SignatureException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tokens (JWTs) of an OpenID Connect issuer to callers: signature, issuer, audience and times are checked by Vert.x, with
 * keys from {@link IssuerKeys}; tenant and scopes are taken from the claims. Belongs to the gateway's event loop.
 */
public final class TokenCallers {
    private static final Pattern SHAPE = Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]*");
    private static final Duration LOOK = Duration.ofSeconds(5);
    private static final int LONGEST_CLAIM = 200;
    private static final Set<String> SCOPE_CLAIMS = Set.of("scp", "scope", "roles");

    private final OidcConfig config;
    private final IssuerDocuments documents = new IssuerDocuments();
    private final IssuerKeys keys;
    private final Loop refreshing;

    public TokenCallers(OidcConfig config, Context home, InstantSource clock, GatewayEvents events) {
        this.config = config;
        this.keys = new IssuerKeys(config, documents, home, clock, events);
        this.refreshing = Loop.start("refresh-issuer-keys", LOOK, events, keys::refresh);
    }

    /** Who presents a token. */
    public record Identity(String tenant, Set<Scope> scopes) {
        public Identity {
            scopes = Set.copyOf(scopes);
        }
    }

    /** What the text is, if it is a token at all. */
    public static boolean isToken(String text) {
        return SHAPE.matcher(text).matches() && header(text).has("alg");
    }

    /**
     * Whose token that is.
     *
     * @return fails with {@link RefusedTokenException}, or with {@link IssuerUnavailableException} when it can't be told
     */
    public Future<Identity> find(String token) {
        JsonNode header = header(token);
        if (!PublicKeys.ALGORITHMS.contains(header.path("alg").asText())) {
            return refuse("The token must be signed with an asymmetric algorithm");
        }
        if (header.has("crit")) {
            return refuse("The token demands extensions that are not known here");
        }
        Optional<String> keyId = Optional.ofNullable(header.path("kid").textValue());
        return keys.verifierFor(keyId)
                .compose(verifier -> verifier.isEmpty()
                        ? Future.failedFuture(new IssuerUnavailableException())
                        : verify(verifier.get(), token));
    }

    private Future<Identity> verify(JWTAuth verifier, String token) {
        // Claims of a wrong type make Vert.x throw rather than fail.
        return Future.succeededFuture()
                .compose(_ -> verifier.authenticate(new TokenCredentials(token)))
                .recover(failure -> Future.failedFuture(new RefusedTokenException(reason(failure))))
                .map(this::identity);
    }

    private Identity identity(User user) {
        JsonObject claims = Objects.requireNonNull(user.attributes().getJsonObject("accessToken"));
        if (!(claims.getValue("exp") instanceof Number)) {
            throw new RefusedTokenException("The token has no expiration");
        }
        StringBuilder tenant = new StringBuilder(config.tenantPrefix());
        for (String claim : config.tenantClaims()) {
            String separator = claim.equals(config.tenantClaims().getFirst()) ? "" : "/";
            tenant.append(separator).append(escaped(claims.getValue(claim), claim));
        }
        return new Identity(tenant.toString(), scopes(claims));
    }

    /** So that no two lists of values give the same tenant. */
    private String escaped(@Nullable Object value, String claim) {
        if (!(value instanceof String text) || text.isEmpty() || text.length() > LONGEST_CLAIM
                || text.chars().anyMatch(c -> c < ' ')) {
            throw new RefusedTokenException("The token has no usable claim " + claim);
        }
        return config.tenantClaims().size() == 1 ? text : text.replace("%", "%25").replace("/", "%2F");
    }

    private static Set<Scope> scopes(JsonObject claims) {
        Set<String> names = new HashSet<>();
        for (String claim : SCOPE_CLAIMS) {
            switch (claims.getValue(claim)) {
                case String list -> names.addAll(Arrays.asList(list.split(" ")));
                case JsonArray list -> list.forEach(name -> names.add(String.valueOf(name)));
                case null, default -> {
                }
            }
        }
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        for (Scope scope : Scope.values()) {
            if (names.contains(scope.tokenScope())) {
                scopes.add(scope);
            }
        }
        return scopes;
    }

    private static String reason(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        if (failure instanceof NoSuchKeyIdException) {
            return "The token is signed with a key that the issuer does not publish";
        }
        if (failure instanceof SignatureException) {
            return "The token's signature is wrong";
        }
        if (message.contains("audience")) {
            return "The token is for another audience";
        }
        if (message.contains("issuer")) {
            return "The token is of another issuer";
        }
        return message.contains("expired")
                ? "The token has expired or is not valid yet"
                : "The token can't be read";
    }

    private static <T> Future<T> refuse(String reason) {
        return Future.failedFuture(new RefusedTokenException(reason));
    }

    private static JsonNode header(String token) {
        try {
            byte[] json = Base64.getUrlDecoder().decode(token.substring(0, token.indexOf('.')));
            return Json.MAPPER.readTree(json);
        } catch (IOException | IllegalArgumentException noHeader) {
            return Json.MAPPER.nullNode();
        }
    }

    /** Fetches no more keys. Blocks, bounded. */
    public void stop() throws InterruptedException {
        documents.close();
        refreshing.stop();
    }
}
