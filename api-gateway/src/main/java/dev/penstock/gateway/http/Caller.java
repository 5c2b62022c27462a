package dev.penstock.gateway.http;

import dev.penstock.gateway.store.ApiKey.Scope;
import io.vertx.ext.web.RoutingContext;
import java.util.Objects;
import java.util.Set;

/** Who makes a request, and what for the key or token may be used. */
record Caller(String tenant, Set<Scope> scopes) {
    private static final String KEY = "penstock.caller";

    Caller {
        scopes = Set.copyOf(scopes);
    }

    /** The caller that {@link CallerCheck} found. */
    static Caller of(RoutingContext request) {
        return Objects.requireNonNull(request.get(KEY), "the route has no key check");
    }

    void attachTo(RoutingContext request) {
        request.put(KEY, this);
    }
}
