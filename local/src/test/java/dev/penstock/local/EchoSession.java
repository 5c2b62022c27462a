package dev.penstock.local;

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

/**
 * A session container whose only program is {@code echo}, for tests of what lies before it: no process, no sandbox, and
 * each run takes the same time.
 */
final class EchoSession implements AutoCloseable {
    private static final String PROGRAM = "echo ";

    private final Vertx vertx = Vertx.vertx();
    private final Duration time;
    private final HttpServer server = vertx.createHttpServer()
            .requestHandler(this::handle)
            .listen(0, "127.0.0.1")
            .await();
    private final Buffer runtimes = json(
            new SessionProtocol.Runtimes(List.of(new LanguageRuntime("bash", "5", List.of())), "none"));

    EchoSession(Duration time) {
        this.time = time;
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.actualPort());
    }

    private void handle(HttpServerRequest request) {
        request.response()
                .putHeader(SessionProtocol.MARKER_HEADER, SessionProtocol.VERSION)
                .putHeader("Content-Type", "application/json");
        if (request.uri().contains("/execute")) {
            request.body().onSuccess(body -> vertx.setTimer(time.toMillis(), _ -> end(request, ran(body))));
        } else {
            end(request, runtimes);
        }
    }

    private static Buffer ran(Buffer body) {
        try {
            var request = Json.MAPPER.readValue(body.getBytes(), SessionProtocol.Request.class);
            Output printed = Output.of(request.files().getFirst().content().replaceFirst(PROGRAM, "") + "\n");
            var run = new StageResult(0, null, printed, Output.EMPTY, null, null, null);
            return json(
                    new SessionProtocol.Answer(request.jobId(), new ProgramResult(Verdict.OK, null, null, run), null));
        } catch (IOException notOurs) {
            throw new UncheckedIOException(notOurs);
        }
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
        vertx.close().await();
    }
}
