package dev.penstock.gateway.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;

/** Reads request bodies within a size and a time. */
final class Bodies {
    /** A client that sends a little too much hears so in peace; one that sends far more is cut off. */
    private static final int POLITENESS = 4;

    private final Vertx vertx;
    private final int mostBytes;
    private final Duration timeout;

    Bodies(Vertx vertx, int mostBytes, Duration timeout) {
        this.vertx = vertx;
        this.mostBytes = mostBytes;
        this.timeout = timeout;
    }

    /** To be called while the request is paused, or before its handler returns; fails with a {@link ProblemException}. */
    Future<Buffer> read(HttpServerRequest request) {
        if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
            request.response().writeContinue();
        }
        Promise<Buffer> promise = Promise.promise();
        Buffer body = Buffer.buffer();
        long[] received = {0};
        request.handler(chunk -> {
            received[0] += chunk.length();
            if (received[0] <= mostBytes) {
                body.appendBuffer(chunk);
            } else if (received[0] > (long) mostBytes * POLITENESS) {
                refuse(request, promise, tooLarge());
            }
        });
        request.endHandler(_ -> {
            if (received[0] <= mostBytes) {
                promise.tryComplete(body);
            } else {
                promise.tryFail(tooLarge().asException());
            }
        });
        request.exceptionHandler(promise::tryFail);
        request.resume();
        long timer = vertx.setTimer(timeout.toMillis(), _ -> refuse(request, promise, tooSlow()));
        return promise.future().onComplete(_ -> vertx.cancelTimer(timer));
    }

    /** The rest of the body is of no use, so neither is the connection. */
    private static void refuse(HttpServerRequest request, Promise<Buffer> promise, Problem problem) {
        promise.tryFail(problem.closingConnection().asException());
        request.handler(null);
    }

    private Problem tooLarge() {
        return Problem.of(ProblemType.TOO_LARGE, "The body may have " + mostBytes + " bytes at most.");
    }

    private Problem tooSlow() {
        return Problem.of(ProblemType.REQUEST_TIMEOUT,
                "The body must arrive within " + timeout.toSeconds() + " s. Send the request again.");
    }
}
