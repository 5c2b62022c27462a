package dev.penstock.gateway.http;

import dev.penstock.gateway.store.ApiKey.Scope;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Lets a request pass that presents a key, as {@code Authorization: Bearer} or {@code X-Api-Key}, that may be used for
 * it. The request is paused meanwhile, so that no part of its body gets lost.
 */
final class ApiKeyCheck implements Handler<RoutingContext> {
    private static final String SCHEME = "Bearer ";

    private final Callers callers;

    ApiKeyCheck(Callers callers) {
        this.callers = callers;
    }

    @Override
    public void handle(RoutingContext request) {
        String key = presented(request.request());
        if (key == null) {
            request.fail(refusal("Send your API key as 'Authorization: Bearer <key>' or 'X-Api-Key: <key>'."));
            return;
        }
        request.request().pause();
        callers.find(key).onFailure(request::fail).onSuccess(caller -> admit(request, caller));
    }

    private static void admit(RoutingContext request, Optional<Caller> caller) {
        if (caller.isEmpty()) {
            request.fail(refusal("This API key is not valid. Ask the operator for one that is."));
        } else if (!caller.get().scopes().contains(needed(request.request()))) {
            request.fail(
                    Problem.of(ProblemType.FORBIDDEN, "This API key may not be used for that; use one with the scope "
                            + needed(request.request()).name().toLowerCase(Locale.ROOT) + ".").asException());
        } else {
            caller.get().attachTo(request);
            request.next();
        }
    }

    private static Scope needed(HttpServerRequest request) {
        boolean reading = request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
        return reading ? Scope.READ : Scope.WRITE;
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
}
