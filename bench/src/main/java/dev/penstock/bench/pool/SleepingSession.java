package dev.penstock.bench.pool;

import dev.penstock.contracts.Json;
import dev.penstock.contracts.LanguageRuntime;
import dev.penstock.contracts.Output;
import dev.penstock.contracts.ProgramResult;
import dev.penstock.contracts.SessionProtocol;
import dev.penstock.contracts.StageResult;
import dev.penstock.contracts.Verdict;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/** A session container whose every program sleeps for a fixed time: what is left of a job's time is ours. */
final class SleepingSession implements AutoCloseable {
    private final Vertx vertx;
    private final Duration time;
    private final HttpServer server;
    private final ProgramResult result = new ProgramResult(Verdict.OK, null, null,
            new StageResult(0, null, Output.of("done\n"), Output.EMPTY, null, null, null));
    private final Buffer runtimes = json(
            new SessionProtocol.Runtimes(List.of(new LanguageRuntime("sleep", "1", List.of())), "none"));

    SleepingSession(Vertx vertx, Duration time) {
        this.vertx = vertx;
        this.time = time;
        this.server = vertx.createHttpServer().requestHandler(this::handle).listen(0, "127.0.0.1").await();
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.actualPort());
    }

    private void handle(HttpServerRequest request) {
        request.response()
                .putHeader(SessionProtocol.MARKER_HEADER, SessionProtocol.VERSION)
                .putHeader("Content-Type", "application/json");
        if (request.uri().contains("/execute")) {
            request.body().onSuccess(body -> vertx.setTimer(time.toMillis(), _ -> end(request, answer(body))));
        } else {
            end(request, runtimes);
        }
    }

    private Buffer answer(Buffer request) {
        return json(new SessionProtocol.Answer(request.toJsonObject().getString("jobId"), result, null));
    }

    private static void end(HttpServerRequest request, Buffer body) {
        if (!request.response().closed()) {
            request.response().end(body);
        }
    }

    private static Buffer json(Object value) {
        try {
            return Buffer.buffer(Json.MAPPER.writeValueAsBytes(value));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    @Override
    public void close() {
        server.close().await();
    }
}
