package dev.penstock.gateway.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;

/** Reads request bodies within a size and a time. */
final class Bodies {
    /** A client that sends a little too much hears so in peace; one that sends far more is cut off. */
    private static final int POLITENESS = 4;
    private static final int MOST_DIGITS = 18;

    private final Vertx vertx;
    private final BodyBudget budget;
    private final int mostBytes;
    private final Duration timeout;

    Bodies(Vertx vertx, BodyBudget budget, int mostBytes, Duration timeout) {
        this.budget = budget;
        this.vertx = vertx;
        this.mostBytes = mostBytes;
        this.timeout = timeout;
    }

    /**
     * To be called while the request is paused, or before its handler returns. The body counts against the budget until the
     * request has been answered. Fails with a {@link ProblemException}.
     */
    Future<Buffer> read(RoutingContext context) {
        HttpServerRequest request = context.request();
        if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
            if (announced(request) > mostBytes) {
                // The client asked before it sends anything, so it is told before it has.
                return Future.failedFuture(tooLarge().closingConnection().asException());
            }
            request.response().writeContinue();
        }
        Promise<Buffer> promise = Promise.promise();
        Reading reading = new Reading(request, promise);
        context.addEndHandler(_ -> budget.release(reading.charged));
        request.handler(reading::chunk);
        request.endHandler(_ -> reading.end());
        request.exceptionHandler(_ -> {
            promise.tryFail(broken().closingConnection().asException());
            // Has the answer sent before Vert.x drops the connection.
            request.connection().close();
        });
        request.resume();
        long timer = vertx.setTimer(timeout.toMillis(), _ -> refuse(request, promise, tooSlow()));
        return promise.future().onComplete(_ -> vertx.cancelTimer(timer));
    }

    /** The length that the client means to send; 0 when it doesn't say. */
    private static long announced(HttpServerRequest request) {
        String length = request.getHeader("Content-Length");
        if (length == null || !length.matches("\\d+")) {
            return 0;
        }
        return length.length() > MOST_DIGITS ? Long.MAX_VALUE : Long.parseLong(length);
    }

    private final class Reading {
        private final HttpServerRequest request;
        private final Promise<Buffer> promise;
        private final Buffer body = Buffer.buffer();
        private long received;
        private long charged;

        Reading(HttpServerRequest request, Promise<Buffer> promise) {
            this.request = request;
            this.promise = promise;
        }

        void chunk(Buffer chunk) {
            received += chunk.length();
            if (received > (long) mostBytes * POLITENESS) {
                refuse(request, promise, tooLarge());
            } else if (received <= mostBytes && !promise.future().isComplete()) {
                if (budget.tryTake(chunk.length())) {
                    charged += chunk.length();
                    body.appendBuffer(chunk);
                } else {
                    refuse(request, promise, busy());
                }
            }
        }

        void end() {
            if (received <= mostBytes) {
                promise.tryComplete(body);
            } else {
                promise.tryFail(tooLarge().asException());
            }
        }
    }

    /** The rest of the body is of no use, so neither is the connection. */
    private static void refuse(HttpServerRequest request, Promise<Buffer> promise, Problem problem) {
        promise.tryFail(problem.closingConnection().asException());
        request.handler(null);
    }

    private Problem tooLarge() {
        return Problem.of(ProblemType.TOO_LARGE, "The body may have " + mostBytes + " bytes at most.");
    }

    /** Whose connection broke off won't read this; it is counted like any other. */
    private static Problem broken() {
        return Problem.of(ProblemType.INVALID_REQUEST,
                "The body broke off, or its chunks are not as HTTP has them.");
    }

    private static Problem busy() {
        return Problem.of(ProblemType.UNAVAILABLE, "The gateway handles as much as it can hold. Try again shortly.")
                .withHeader("Retry-After", "2");
    }

    private Problem tooSlow() {
        return Problem.of(ProblemType.REQUEST_TIMEOUT,
                "The body must arrive within " + timeout.toSeconds() + " s. Send the request again.");
    }
}
