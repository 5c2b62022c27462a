package dev.penstock.local.pool;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.penstock.contracts.Json;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.UUID;

/** Answers that the platform gives by itself, each counted. The rest of the request's body is read and thrown away. */
final class PlatformAnswers {
    /** How long a caller may go on sending the body of a request that is already answered. */
    private static final long DRAIN_LIMIT_MS = 30_000;

    private final Vertx vertx;
    private final String pool;
    private final PoolEvents events;

    PlatformAnswers(Vertx vertx, String pool, PoolEvents events) {
        this.vertx = vertx;
        this.pool = pool;
        this.events = events;
    }

    /** The allocator's text; Azure sends no Retry-After with it. */
    void noSession(HttpServerRequest request, int status, String identifier, AnswerKind kind) {
        text(request, status, "Error happened when allocating pod for identifier " + identifier + " in pool " + pool,
                kind);
    }

    void stopped(HttpServerRequest request, String identifier) {
        text(request, 200, "Session " + identifier + " in session pool " + pool + " stopped.", AnswerKind.MANAGED);
    }

    void badRequest(HttpServerRequest request, BadRequestException refused) {
        error(request, 400, refused.code(), refused.target(), refused.sentence(), AnswerKind.REFUSED);
    }

    void unauthorized(HttpServerRequest request, String message) {
        request.response().putHeader("WWW-Authenticate", "Bearer");
        error(request, 401, "Unauthorized", "Authorization", message, AnswerKind.UNAUTHORIZED);
    }

    void error(HttpServerRequest request, int status, String code, String target, String message, AnswerKind kind) {
        String traceId = UUID.randomUUID().toString();
        json(request, status, Map.of("error", new PlatformError(code, message, target, traceId)), kind);
    }

    void json(HttpServerRequest request, int status, Object value, AnswerKind kind) {
        try {
            send(request, status, "application/json; charset=utf-8", Json.MAPPER.writeValueAsString(value), kind);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    void text(HttpServerRequest request, int status, String body, AnswerKind kind) {
        send(request, status, "text/plain; charset=utf-8", body, kind);
    }

    private void send(HttpServerRequest request, int status, String type, String body, AnswerKind kind) {
        events.answered(kind);
        drain(request);
        var response = request.response().setStatusCode(status);
        if (body.isEmpty()) {
            response.end();
        } else {
            response.putHeader(HttpHeaders.CONTENT_TYPE, type).end(body);
        }
    }

    /** Reads and throws away what is left of a request that was answered, for a while. */
    void drain(HttpServerRequest request) {
        request.resume();
        if (!request.isEnded()) {
            long timer = vertx.setTimer(DRAIN_LIMIT_MS, late -> request.connection().close());
            request.end().onComplete(drained -> vertx.cancelTimer(timer));
        }
    }

    /** The error object of Azure's data plane. */
    private record PlatformError(String code, String message, String target, String traceId) {}
}
