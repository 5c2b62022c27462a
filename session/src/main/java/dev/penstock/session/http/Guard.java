package dev.penstock.session.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps web pages and other users of the machine from submitting code: a listener on loopback answers to loopback's names
 * only, bodies must say that they are JSON, and where a token is set it must be sent.
 */
public final class Guard {
    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "::1", "[::1]");

    private final boolean loopbackOnly;
    private final Optional<String> token;

    public Guard(String host, Optional<String> token) {
        this.loopbackOnly = LOOPBACK.contains(host);
        this.token = token;
    }

    void check(RoutingContext context) {
        HttpServerRequest request = context.request();
        HostAndPort host = request.authority();
        if (loopbackOnly && (host == null || !LOOPBACK.contains(host.host().toLowerCase(Locale.ROOT)))) {
            context.fail(new RefusedException(403, "WrongHost",
                    "this container listens on loopback only: call it as 127.0.0.1 or localhost"));
        } else if (token.isPresent() && !isToken(request.getHeader(HttpHeaders.AUTHORIZATION), token.get())) {
            context.fail(new RefusedException(401, "Unauthorized",
                    "send the container's token as Authorization: Bearer …"));
        } else {
            context.next();
        }
    }

    void checkJson(RoutingContext context) {
        String type = context.request().getHeader(HttpHeaders.CONTENT_TYPE);
        if (type == null || !type.split(";")[0].strip().equalsIgnoreCase("application/json")) {
            context.fail(new RefusedException(415, "UnsupportedMediaType", PistonShape.isAsked(context)
                    ? "requests must be of type application/json"
                    : "send JSON, and say so: Content-Type: application/json"));
        } else {
            context.next();
        }
    }

    private static boolean isToken(@Nullable String header, String token) {
        return header != null && MessageDigest.isEqual(header.getBytes(StandardCharsets.UTF_8),
                ("Bearer " + token).getBytes(StandardCharsets.UTF_8));
    }
}
