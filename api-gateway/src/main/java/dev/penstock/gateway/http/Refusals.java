package dev.penstock.gateway.http;

import dev.penstock.gateway.process.GatewayEvents;
import dev.penstock.gateway.store.StoreUnavailableException;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/** Turns whatever went wrong, in our handlers, the router or the HTTP server, into a problem. */
final class Refusals {
    /** Below this, clients of Piston call. */
    private static final String PISTON = "/api/v2/";

    private final CommonHeaders headers;
    private final GatewayEvents events;

    Refusals(CommonHeaders headers, GatewayEvents events) {
        this.headers = headers;
        this.events = events;
    }

    /**
     * A handler's or the router's failure.
     *
     * @param fallback
     *            its status when the router names none
     */
    void handle(RoutingContext request, int fallback) {
        int status = request.statusCode() > 0 ? request.statusCode() : fallback;
        request.request().resume();
        String requestId = CommonHeaders.requestId(request.response());
        Problem problem = problem(status, request.failure(), requestId);
        count(problem);
        boolean piston = request.request().path() != null && request.request().path().startsWith(PISTON);
        (piston ? problem.answerToPiston(requestId) : problem.answer(requestId)).writeTo(request.request());
    }

    /** What the HTTP decoder could not read; the connection can't be used further. */
    void handleUnreadable(HttpServerRequest request) {
        headers.addTo(request);
        Throwable cause = request.decoderResult().cause();
        Problem problem = switch (cause) {
            case TooLongHttpLineException _ -> Problem.of(ProblemType.URI_TOO_LONG, "Shorten the URL.");
            case TooLongHttpHeaderException _ ->
                Problem.of(ProblemType.HEADERS_TOO_LARGE, "Send fewer or shorter headers.");
            case null, default -> notHttp();
        };
        count(problem);
        problem.answer(CommonHeaders.requestId(request.response())).closingConnection().writeTo(request);
    }

    private void count(Problem problem) {
        events.problemAnswered(problem.type().slug(), problem.type().status());
    }

    private Problem problem(int status, @Nullable Throwable failure, String requestId) {
        return switch (failure) {
            case ProblemException refusal -> refusal.problem();
            case StoreUnavailableException down -> {
                events.storeDown(down);
                yield Problem.of(ProblemType.UNAVAILABLE, "The job store is not available. Try again shortly.")
                        .withHeader("Retry-After", "5");
            }
            case null, default -> byStatus(status, failure, requestId);
        };
    }

    /** The statuses that the router comes up with by itself. */
    private Problem byStatus(int status, @Nullable Throwable failure, String requestId) {
        return switch (status) {
            case 400 -> notHttp();
            case 404 ->
                Problem.of(ProblemType.NOT_FOUND, "Check the path; the API starts at /v1 and is explained at /docs.");
            default -> {
                events.requestFailed(failure == null ? new IllegalStateException("status " + status) : failure,
                        requestId);
                yield Problem.of(ProblemType.INTERNAL,
                        "The operator finds the reason in the log by this request's id. Trying again may help.");
            }
        };
    }

    private static Problem notHttp() {
        return Problem.of(ProblemType.INVALID_REQUEST, "The request line, path or headers are not correct HTTP.");
    }
}
