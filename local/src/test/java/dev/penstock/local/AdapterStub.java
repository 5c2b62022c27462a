package dev.penstock.local;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The original system's adapter as a session's container, which answers execute requests as it is told to. What it is
 * asked is held to the shape that the real one reads; it has no marker header.
 */
final class AdapterStub implements AutoCloseable {
    private static final Set<String> LANGUAGES = Set.of("python", "cpp", "java", "javascript");

    private static final Reply UNEXPECTED = new Reply(400, "{\"message\":\"the test expects no request\"}");

    private final Vertx vertx = Vertx.vertx();
    private final HttpServer server = vertx.createHttpServer()
            .requestHandler(this::handle)
            .listen(0, "127.0.0.1")
            .await();
    private final ConcurrentLinkedQueue<Reply> replies = new ConcurrentLinkedQueue<>();
    private final Queue<JsonObject> asked = new ConcurrentLinkedQueue<>();

    /** What one execute request is answered with. */
    record Reply(int status, String body) {
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.actualPort());
    }

    /** The next execute request gets that answer. */
    void next(Reply reply) {
        replies.add(reply);
    }

    /** The {@code properties} of each execute request so far. */
    Queue<JsonObject> asked() {
        return asked;
    }

    private void handle(HttpServerRequest request) {
        String path = String.valueOf(request.path());
        String language = path.replaceFirst("^/([a-z]+)/execute$", "$1");
        if (!LANGUAGES.contains(language) || request.getParam("identifier") == null) {
            json(request.response().setStatusCode(404), """
                    {"message":"Endpoint not found","path":"%s","supportedLanguages":["python","cpp","java"]}"""
                    .formatted(path));
            return;
        }
        request.body().onSuccess(body -> {
            asked.add(body.toJsonObject().getJsonObject("properties"));
            Reply reply = Objects.requireNonNullElse(replies.poll(), UNEXPECTED);
            json(request.response().setStatusCode(reply.status()), reply.body());
        });
    }

    private static void json(HttpServerResponse response, String body) {
        response.putHeader("Content-Type", "application/json").end(body);
    }

    @Override
    public void close() {
        vertx.close().await();
    }
}
