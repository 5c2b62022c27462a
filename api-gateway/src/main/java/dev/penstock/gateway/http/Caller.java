package dev.penstock.gateway.http;

import io.vertx.ext.web.RoutingContext;
import java.util.Objects;

/** Who makes a request. */
record Caller(String tenant) {
    private static final String KEY = "penstock.caller";

    /** The caller that {@link ApiKeyCheck} found. */
    static Caller of(RoutingContext request) {
        return Objects.requireNonNull(request.get(KEY), "the route has no key check");
    }

    void attachTo(RoutingContext request) {
        request.put(KEY, this);
    }
}
