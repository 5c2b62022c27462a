package dev.penstock.session.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.penstock.contracts.Job;
import dev.penstock.contracts.Json;
import dev.penstock.contracts.SessionProtocol;
import dev.penstock.session.SessionEvents;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What is sent back: JSON with the marker and the job's id, whatever went wrong. */
final class Replies {
    private static final String JOB_ID = "jobId";
    private static final Set<String> GIVEN_OUT = Set.of("/health", "/ready", "/runtimes", "/api/v2/runtimes");
    private static final Pattern TAKES_PROGRAMS = Pattern
            .compile("(/[^/]+)?/execute/?|/executions/?|/api/v2/execute/?");

    private final SessionEvents events;
    private final long maxBodyBytes;

    Replies(SessionEvents events, long maxBodyBytes) {
        this.events = events;
        this.maxBodyBytes = maxBodyBytes;
    }

    /** The job that the answer is for. */
    static void nameJob(RoutingContext context, String id) {
        context.put(JOB_ID, id);
    }

    /** A caller that names its job in a header has it echoed by the errors, too, that come before the body is read. */
    static void mark(RoutingContext context) {
        context.response().putHeader(SessionProtocol.MARKER_HEADER, SessionProtocol.VERSION);
        jobId(context.request()).ifPresent(id -> nameJob(context, id));
        context.next();
    }

    /** What never became a request for the router: HTTP that can't be read. The connection can't be read on, either. */
    void refuseUnreadable(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        RefusedException refused = switch (cause) {
            case TooLongHttpLineException _ -> new RefusedException(414, "UriTooLong", "the URL is too long");
            case TooLongHttpHeaderException _ -> new RefusedException(431, "HeadersTooLarge",
                    "the headers are too long; send fewer or shorter ones");
            case null, default -> RefusedException.invalid("the request is not valid HTTP");
        };
        events.refused(refused.status(), refused.code());
        jobId(request).ifPresent(id -> request.response().putHeader(SessionProtocol.JOB_HEADER, id));
        request.response()
                .putHeader(SessionProtocol.MARKER_HEADER, SessionProtocol.VERSION)
                .putHeader("Content-Type", "application/json")
                .putHeader("Connection", "close")
                .setStatusCode(refused.status())
                .end(json(failure(refused)))
                .onComplete(_ -> request.connection().close());
    }

    private static Optional<String> jobId(HttpServerRequest request) {
        return Optional.ofNullable(request.getHeader(SessionProtocol.JOB_HEADER)).filter(Job::isId);
    }

    private static SessionProtocol.Failure failure(RefusedException refused) {
        return new SessionProtocol.Failure(
                new SessionProtocol.Failure.Detail(refused.code(), String.valueOf(refused.getMessage())));
    }

    /** What a path answers to, if it is one of ours: the router forgets that once another of its routes has matched. */
    private static Optional<String> allowedMethods(String path) {
        if (GIVEN_OUT.contains(path)) {
            return Optional.of("GET, HEAD");
        }
        return TAKES_PROGRAMS.matcher(path).matches() ? Optional.of("POST") : Optional.empty();
    }

    /** For what the router refuses by itself, and for what handlers fail with. */
    void fail(RoutingContext context, int status) {
        if (context.failure() instanceof RefusedException refused) {
            refuse(context, refused);
            return;
        }
        Optional<String> allowed = status == 404 || status == 405
                ? allowedMethods(String.valueOf(context.request().path()))
                : Optional.empty();
        allowed.ifPresent(methods -> context.response().putHeader(HttpHeaders.ALLOW, methods));
        refuse(context, switch (allowed.isPresent() ? 405 : status) {
            case 400 -> new RefusedException(400, "InvalidRequest", "the request is not valid HTTP for this path");
            case 404 -> new RefusedException(404, "NotFound",
                    "nothing is here; POST to /{language}/execute, or GET /runtimes, /health or /ready");
            case 405 -> new RefusedException(405, "MethodNotAllowed",
                    "this path takes another method: POST to run a program, GET for everything else");
            case 413 -> new RefusedException(413, "RequestTooLarge",
                    "the body is over the limit of " + maxBodyBytes + " bytes; send less");
            default -> {
                events.broken(Objects.requireNonNullElseGet(context.failure(), IllegalStateException::new));
                yield new RefusedException(500, "InternalError", "the container failed; send the request again");
            }
        });
    }

    void refuse(RoutingContext context, RefusedException refused) {
        events.refused(refused.status(), refused.code());
        answer(context, refused.status(), PistonShape.isAsked(context)
                ? PistonShape.failure(String.valueOf(refused.getMessage()))
                : failure(refused));
    }

    static void answer(RoutingContext context, int status, Object body) {
        send(context, status, json(body));
    }

    static Buffer json(Object body) {
        try {
            return Buffer.buffer(Json.MAPPER.writeValueAsBytes(body));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static void send(RoutingContext context, int status, Buffer body) {
        var response = context.response();
        if (response.ended() || response.closed()) {
            return;
        }
        String jobId = context.get(JOB_ID);
        if (jobId != null) {
            response.putHeader(SessionProtocol.JOB_HEADER, jobId);
        }
        response.setStatusCode(status).putHeader("Content-Type", "application/json").end(body);
    }
}
