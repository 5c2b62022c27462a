package dev.penstock.gateway.http;

import dev.penstock.gateway.oidc.IssuerUnavailableException;
import dev.penstock.gateway.oidc.RefusedTokenException;
import dev.penstock.gateway.oidc.TokenCallers;
import dev.penstock.gateway.store.ApiKey.Scope;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Lets a request pass that presents a key, as {@code Authorization: Bearer} or {@code X-Api-Key}, or an issuer's token,
 * that may be used for it. Refusals follow RFC 6750. The request is paused meanwhile, so that no part of its body gets
 * lost.
 */
final class CallerCheck implements Handler<RoutingContext> {
    private static final String SCHEME = "Bearer ";
    private static final String CHALLENGE = "Bearer realm=\"penstock\"";
    private static final String RETRY_ISSUER = "10";

    private final Callers callers;
    private final Optional<TokenCallers> tokens;

    /**
     * @param tokens
     *            absent when no issuer's tokens are taken
     */
    CallerCheck(Callers callers, Optional<TokenCallers> tokens) {
        this.callers = callers;
        this.tokens = tokens;
    }

    @Override
    public void handle(RoutingContext request) {
        String bearer = bearer(request.request());
        String key = bearer == null ? request.request().getHeader("X-Api-Key") : bearer;
        if (key == null) {
            request.fail(unauthorized("Send your API key as 'Authorization: Bearer <key>' or 'X-Api-Key: <key>'"
                    + (tokens.isPresent() ? ", or a token of the issuer as 'Authorization: Bearer <token>'." : "."),
                    CHALLENGE));
            return;
        }
        request.request().pause();
        caller(bearer, key).onFailure(request::fail).onSuccess(caller -> admit(request, caller));
    }

    private Future<Caller> caller(@Nullable String bearer, String key) {
        if (bearer != null && tokens.isPresent() && TokenCallers.isToken(bearer)) {
            return tokens.get()
                    .find(bearer)
                    .map(identity -> new Caller(identity.tenant(), identity.scopes()))
                    .recover(failure -> Future.failedFuture(refusal(failure)));
        }
        return callers.find(key)
                .map(caller -> caller.orElseThrow(
                        () -> invalid("This API key is not valid. Ask the operator for one that is.",
                                "The key is not valid")));
    }

    private static Throwable refusal(Throwable failure) {
        return switch (failure) {
            case RefusedTokenException refused -> {
                String reason = String.valueOf(refused.getMessage());
                yield invalid(reason + ". Get a fresh one for this service.", reason);
            }
            case IssuerUnavailableException _ -> Problem
                    .of(ProblemType.UNAVAILABLE, "The issuer of tokens can't be reached, so none can be checked. Try"
                            + " again shortly.")
                    .withHeader("Retry-After", RETRY_ISSUER)
                    .asException();
            default -> failure;
        };
    }

    private static void admit(RoutingContext request, Caller caller) {
        Scope needed = needed(request.request());
        if (!caller.scopes().contains(needed)) {
            request.fail(Problem
                    .of(ProblemType.FORBIDDEN, "This API key or token may not be used for that; use one with the scope "
                            + needed.name().toLowerCase(Locale.ROOT) + ".")
                    .withHeader("WWW-Authenticate",
                            CHALLENGE + ", error=\"insufficient_scope\", scope=\"" + needed.tokenScope() + '"')
                    .asException());
        } else {
            caller.attachTo(request);
            request.next();
        }
    }

    private static Scope needed(HttpServerRequest request) {
        boolean reading = request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
        return reading ? Scope.READ : Scope.WRITE;
    }

    private static @Nullable String bearer(HttpServerRequest request) {
        String authorization = request.getHeader("Authorization");
        return authorization != null && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? authorization.substring(SCHEME.length()).strip()
                : null;
    }

    private static ProblemException invalid(String detail, String description) {
        return unauthorized(detail,
                CHALLENGE + ", error=\"invalid_token\", error_description=\"" + description + '"');
    }

    private static ProblemException unauthorized(String detail, String challenge) {
        return Problem.of(ProblemType.UNAUTHORIZED, detail).withHeader("WWW-Authenticate", challenge).asException();
    }
}
