package dev.penstock.gateway.http;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/** Lets a request pass that presents the key, as {@code Authorization: Bearer} or {@code X-Api-Key}. */
final class ApiKeyCheck implements Handler<RoutingContext> {
    private static final String SCHEME = "Bearer ";
    private static final Caller ONLY_CALLER = new Caller("default");

    private final byte[] digest;

    ApiKeyCheck(String apiKey) {
        this.digest = sha256(apiKey);
    }

    @Override
    public void handle(RoutingContext request) {
        String key = presented(request.request());
        if (key == null) {
            request.fail(refusal("Send your API key as 'Authorization: Bearer <key>' or 'X-Api-Key: <key>'."));
        } else if (!MessageDigest.isEqual(digest, sha256(key))) {
            request.fail(refusal("This API key is not valid. Ask the operator for one that is."));
        } else {
            ONLY_CALLER.attachTo(request);
            request.next();
        }
    }

    private static @Nullable String presented(HttpServerRequest request) {
        String authorization = request.getHeader("Authorization");
        if (authorization != null && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return authorization.substring(SCHEME.length()).strip();
        }
        return request.getHeader("X-Api-Key");
    }

    private static ProblemException refusal(String detail) {
        return Problem.of(ProblemType.UNAUTHORIZED, detail)
                .withHeader("WWW-Authenticate", "Bearer realm=\"penstock\"")
                .asException();
    }

    /** Digests have one length, so comparing them tells nothing about the key's. */
    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
