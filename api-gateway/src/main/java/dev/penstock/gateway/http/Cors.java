package dev.penstock.gateway.http;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lets web pages of other origins read answers, where the operator says so. Callers prove themselves by headers, never by
 * cookies, so credentials in the sense of CORS are never allowed. Others get no word of CORS, and the browser does the
 * rest; Vert.x's own handler refuses them with 403, those of our own page included.
 */
final class Cors implements Handler<RoutingContext> {
    private static final String ANY = "*";
    private static final String METHODS = "GET, HEAD, POST, DELETE";
    private static final String REQUEST_HEADERS = "Authorization, X-Api-Key, Content-Type, Accept, Idempotency-Key, Prefer, "
            + "If-None-Match, Last-Event-ID, X-Request-Id, traceparent";
    private static final String ANSWER_HEADERS = "Location, Link, ETag, Retry-After, Preference-Applied, X-Request-Id, "
            + "RateLimit, RateLimit-Policy, WWW-Authenticate, Allow, Accept-Post";
    /** For which browsers remember the answer to a preflight; none remembers it for longer than two hours. */
    private static final String MAX_AGE_SECONDS = "7200";

    private final Set<String> origins;

    /**
     * @param origins
     *            as browsers write them, or {@code *} for all; empty: CORS is off
     */
    Cors(Set<String> origins) {
        this.origins = origins;
    }

    @Override
    public void handle(RoutingContext context) {
        if (origins.isEmpty()) {
            context.next();
            return;
        }
        HttpServerRequest request = context.request();
        HttpServerResponse response = context.response();
        response.putHeader("Vary", "Accept-Encoding, Origin");
        String allowed = allowed(request.getHeader("Origin"));
        if (allowed == null) {
            context.next();
            return;
        }
        response.putHeader("Access-Control-Allow-Origin", allowed);
        if (isPreflight(request)) {
            response.putHeader("Access-Control-Allow-Methods", METHODS)
                    .putHeader("Access-Control-Allow-Headers", REQUEST_HEADERS)
                    .putHeader("Access-Control-Max-Age", MAX_AGE_SECONDS);
            Answer.empty(204).writeTo(request);
        } else {
            response.putHeader("Access-Control-Expose-Headers", ANSWER_HEADERS);
            context.next();
        }
    }

    private @Nullable String allowed(@Nullable String origin) {
        if (origin == null) {
            return null;
        }
        return origins.contains(ANY) ? ANY : origins.contains(origin) ? origin : null;
    }

    private static boolean isPreflight(HttpServerRequest request) {
        return request.method().equals(HttpMethod.OPTIONS)
                && request.getHeader("Access-Control-Request-Method") != null;
    }
}
