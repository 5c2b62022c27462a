package dev.penstock.worker.pool;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A pool that isn't of our own containers, on real HTTP: the original system's adapter, which prints its input, and
 * Azure's code interpreter. Neither puts a marker into its answers.
 */
public final class ForeignPool implements AutoCloseable {
    private final Vertx vertx;
    private final HttpServer server;
    private final Set<String> live = new ConcurrentSkipListSet<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final List<JsonObject> bodies = new CopyOnWriteArrayList<>();
    private volatile Duration length = Duration.ZERO;
    private volatile boolean old;

    /** Starts on a free port. */
    public ForeignPool(Vertx vertx) {
        this.vertx = vertx;
        this.server = vertx.createHttpServer()
                .requestHandler(this::answer)
                .listen(0, "127.0.0.1")
                .await();
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.actualPort());
    }

    /** How long a program takes from now on. */
    public void takes(Duration time) {
        length = time;
    }

    /** As a code interpreter it knows the old paths only. */
    void knowsOldPathsOnly() {
        old = true;
    }

    /** Method and path of every request, in order. */
    public List<String> asked() {
        return asked;
    }

    /** What execute requests carried, in order. */
    List<JsonObject> bodies() {
        return bodies;
    }

    Set<String> live() {
        return new TreeSet<>(live);
    }

    @Override
    public void close() {
        server.close().await();
    }

    private void answer(HttpServerRequest request) {
        asked.add(request.method() + " " + request.path());
        String session = String.valueOf(request.getParam("identifier"));
        switch (request.method() + " " + request.path()) {
            case "POST /python/execute" -> execute(request, session, this::printed);
            case "POST /executions" -> {
                if (old) {
                    request.response().setStatusCode(404).end("{}");
                } else {
                    execute(request, session, _ -> new JsonObject().put("status", "Succeeded").put("result", hi()));
                }
            }
            case "POST /code/execute" -> execute(request, session,
                    _ -> new JsonObject().put("properties", hi().put("status", "Success")));
            case "DELETE /session", "POST /.management/stopSession" -> {
                live.remove(session);
                request.response().setStatusCode(204).end();
            }
            case "GET /session" -> request.response().setStatusCode(live.contains(session) ? 200 : 404).end();
            case "POST /.management/getSession" -> look(request, session);
            case "GET /listSessions" -> request.response().end(page(request).encode());
            case "POST /.management/listSessions" -> request.response().end("{\"value\":[]}");
            default -> request.response().setStatusCode(404).end("no such route");
        }
    }

    private interface Program {
        JsonObject end(JsonObject body);
    }

    private void execute(HttpServerRequest request, String session, Program program) {
        request.body().onSuccess(body -> {
            live.add(session);
            bodies.add(body.toJsonObject());
            String end = program.end(body.toJsonObject()).encode();
            if (length.isZero()) {
                request.response().end(end);
            } else {
                vertx.setTimer(length.toMillis(), _ -> request.response().end(end));
            }
        });
    }

    private JsonObject printed(JsonObject body) {
        return new JsonObject().put("properties", new JsonObject().put("status", "Success")
                .put("stdout", body.getJsonObject("properties").getString("stdin"))
                .put("stderr", "")
                .put("exitCode", 0));
    }

    private static JsonObject hi() {
        return new JsonObject().put("stdout", "hi").put("stderr", "");
    }

    private void look(HttpServerRequest request, String session) {
        if (live.contains(session)) {
            request.response().end("{}");
        } else {
            request.response()
                    .setStatusCode(400)
                    .end("{\"error\":{\"code\":\"SessionWithIdentifierNotFound\",\"message\":\"\"}}");
        }
    }

    private JsonObject page(HttpServerRequest request) {
        JsonArray page = new JsonArray();
        live.stream()
                .skip(Long.parseLong(String.valueOf(request.getParam("skip"))))
                .limit(2)
                .forEach(session -> page.add(new JsonObject().put("identifier", session)));
        return new JsonObject().put("sessions", page);
    }
}
