package dev.penstock.local.pool;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way to the session container and back. Streams both ways, at the pace of the slower side. Ends
 * exactly once; whichever side breaks off, the other is broken off as well, so that the container stops the program of a
 * caller who left. Event loop only.
 */
final class ForwardedCall {
    private final Vertx vertx;
    private final HttpServerRequest request;
    private final PlatformAnswers answers;
    private final PoolEvents events;
    private final Optional<Fault.Moment> cutAt;
    private final Consumer<ForwardedCall> ended;
    private @Nullable HttpClientRequest upstream;
    private long timer;
    private boolean over;

    /**
     * @param cutAt
     *            a fault to show
     * @param ended
     *            told once, when nothing is in flight any more
     */
    ForwardedCall(Vertx vertx, HttpServerRequest request, PlatformAnswers answers, PoolEvents events,
            Optional<Fault.Moment> cutAt, Consumer<ForwardedCall> ended) {
        this.vertx = vertx;
        this.request = request;
        this.answers = answers;
        this.events = events;
        this.cutAt = cutAt;
        this.ended = ended;
    }

    /** Counts the limit from now, and sends once the container is ready. */
    void start(HttpClient client, RequestOptions target, Duration untilReady, Duration limit) {
        request.response().closeHandler(left -> abort(AnswerKind.ABANDONED));
        request.response().exceptionHandler(broken -> abort(AnswerKind.ABANDONED));
        timer = vertx.setTimer(limit.toMillis(), late -> timeOut());
        if (untilReady.isPositive()) {
            vertx.setTimer(Math.max(1, untilReady.toMillis()), ready -> connect(client, target));
        } else {
            connect(client, target);
        }
    }

    private void connect(HttpClient client, RequestOptions target) {
        if (!over) {
            client.request(target).onComplete(this::send, this::unreachable);
        }
    }

    private void send(HttpClientRequest opened) {
        if (over) {
            opened.reset();
            return;
        }
        upstream = opened;
        Headers.copyRequest(request, opened.headers());
        opened.setFollowRedirects(false);
        opened.exceptionHandler(ForwardedCall::heardElsewhere);
        boolean hasBody = request.headers().contains(HttpHeaders.CONTENT_LENGTH)
                || request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
        if (hasBody) {
            stream(opened);
        } else {
            opened.end();
        }
        opened.response().onComplete(this::answer, this::unreachable);
    }

    /** The answer fails as well, which is where it is handled; without a handler Vert.x would log it as an error. */
    private static void heardElsewhere(Throwable broken) {}

    /** A body that breaks off must not be ended, or the container would run half a program. */
    private void stream(HttpClientRequest opened) {
        if (!request.headers().contains(HttpHeaders.CONTENT_LENGTH)) {
            opened.setChunked(true);
        }
        request.pipe().endOnFailure(false).to(opened);
    }

    private void answer(HttpClientResponse answer) {
        if (over) {
            return;
        }
        answer.exceptionHandler(broken -> abort(AnswerKind.CUT));
        if (cutAt.filter(Fault.Moment.BEFORE_ANSWER::equals).isPresent()) {
            abort(AnswerKind.INJECTED);
            return;
        }
        HttpServerResponse response = request.response();
        response.setStatusCode(answer.statusCode()).setStatusMessage(answer.statusMessage());
        Headers.copyAnswer(answer.headers(), response.headers());
        if (!response.headers().contains(HttpHeaders.CONTENT_LENGTH) && mayHaveBody(answer)) {
            response.setChunked(true);
        }
        if (cutAt.isPresent()) {
            answer.handler(this::cutWithin);
            answer.endHandler(end -> abort(AnswerKind.INJECTED));
        } else {
            answer.pipe()
                    .endOnFailure(false)
                    .to(response)
                    .onComplete(sent -> answered(), broken -> abort(AnswerKind.CUT));
        }
    }

    private boolean mayHaveBody(HttpClientResponse answer) {
        return !request.method().equals(HttpMethod.HEAD) && answer.statusCode() != 204 && answer.statusCode() != 304;
    }

    /** The container may answer before it has read the whole body; the rest goes nowhere. */
    private void answered() {
        if (!over && !request.isEnded()) {
            resetUpstream();
            answers.drain(request);
        }
        end(AnswerKind.FORWARDED);
    }

    private void cutWithin(Buffer part) {
        if (!over) {
            request.response().write(part.slice(0, part.length() / 2));
            abort(AnswerKind.INJECTED);
        }
    }

    private void unreachable(Throwable cause) {
        if (over) {
            return;
        }
        events.unreachable(cause);
        end();
        answers.error(request, 502, "BadGateway", "session",
                "The session's container can't be reached or broke off: check that it listens on its target port.",
                AnswerKind.UNREACHABLE);
    }

    private void timeOut() {
        if (request.response().headWritten()) {
            abort(AnswerKind.TIMED_OUT);
        } else if (!over) {
            end();
            resetUpstream();
            answers.error(request, 504, "GatewayTimeout", "session",
                    "The session did not answer in time. What was sent to it may have run.", AnswerKind.TIMED_OUT);
        }
    }

    /** The session is gone: neither side hears more of this request. */
    void cut() {
        abort(AnswerKind.CUT);
    }

    private void abort(AnswerKind kind) {
        if (request.response().ended()) {
            end(AnswerKind.FORWARDED);
        } else if (!over) {
            end(kind);
            resetUpstream();
            request.connection().close();
        }
    }

    private void resetUpstream() {
        HttpClientRequest sent = upstream;
        if (sent != null) {
            sent.reset();
        }
    }

    private void end(AnswerKind kind) {
        if (!over) {
            end();
            events.answered(kind);
        }
    }

    private void end() {
        over = true;
        vertx.cancelTimer(timer);
        ended.accept(this);
    }
}
