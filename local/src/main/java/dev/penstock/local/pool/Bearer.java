package dev.penstock.local.pool;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;

/** A bearer token that requests must carry, compared in constant time. */
final class Bearer {
    private static final String SCHEME = "bearer ";

    private final byte[] token;

    Bearer(String token) {
        this.token = token.getBytes(StandardCharsets.UTF_8);
    }

    boolean isIn(HttpServerRequest request) {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        return header != null && header.toLowerCase(Locale.ROOT).startsWith(SCHEME)
                && MessageDigest.isEqual(token,
                        header.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8));
    }
}
