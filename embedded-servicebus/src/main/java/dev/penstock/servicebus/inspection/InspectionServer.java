package dev.penstock.servicebus.inspection;

import dev.penstock.servicebus.entity.Namespace;
import dev.penstock.servicebus.entity.Queue;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.function.IntSupplier;

/**
 * Answers on loopback only, and only to who shows the key ({@code Authorization: Bearer …}):
 *
 * <pre>
 * GET /queues                                    counts of all queues
 * GET /queues/{name}                             counts of one
 * GET /queues/{name}/messages?from=N&amp;count=N     what it holds, without taking it
 * GET /metrics                                   Prometheus text
 * </pre>
 *
 * A queue's name is one path segment: write a slash in it as {@code %2F}. So is a dead-letter queue's path.
 */
public final class InspectionServer {
    private static final String LOOPBACK = "127.0.0.1";
    private static final int IDLE_SECONDS = 60;

    private final Namespace namespace;
    private final IntSupplier connections;
    private final byte[] authorization;

    private InspectionServer(Namespace namespace, IntSupplier connections, String key) {
        this.namespace = namespace;
        this.connections = connections;
        authorization = ("Bearer " + key).getBytes(StandardCharsets.UTF_8);
    }

    /** Must be called on the broker's loop; requests are answered there, too. */
    public static Future<HttpServer> listen(Vertx vertx, int port, String key, Namespace namespace,
            IntSupplier connections) {
        var inspection = new InspectionServer(namespace, connections, key);
        return vertx.createHttpServer(new HttpServerOptions().setIdleTimeout(IDLE_SECONDS))
                .requestHandler(inspection::answer)
                .listen(port, LOOPBACK);
    }

    private void answer(HttpServerRequest request) {
        var given = request.getHeader("Authorization");
        if (given == null || !MessageDigest.isEqual(authorization, given.getBytes(StandardCharsets.UTF_8))) {
            refuse(request, 401, "Send the management key as Authorization: Bearer.");
        } else if (!request.method().equals(HttpMethod.GET)) {
            refuse(request, 405, "Only GET is answered here.");
        } else {
            answerPath(request, String.valueOf(request.path()).split("/", -1));
        }
    }

    private void answerPath(HttpServerRequest request, String[] path) {
        if (path.length == 2 && path[1].equals("metrics")) {
            request.response()
                    .putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                    .end(new Metrics(namespace, connections.getAsInt()).text());
        } else if (path.length == 2 && path[1].equals("queues")) {
            var all = new JsonArray();
            namespace.queues()
                    .stream()
                    .filter(queue -> !queue.isDeadLetterQueue())
                    .forEach(queue -> all.add(counts(queue)));
            answer(request, new JsonObject().put("queues", all));
        } else if (path.length >= 3 && path.length <= 4 && path[1].equals("queues")) {
            answerQueue(request, path);
        } else {
            refuse(request, 404, "There are /queues, /queues/{name}, /queues/{name}/messages and /metrics.");
        }
    }

    private void answerQueue(HttpServerRequest request, String[] path) {
        var queue = namespace.find(decoded(path[2]));
        if (queue == null) {
            refuse(request, 404, "There is no such queue. GET /queues names all.");
        } else if (path.length == 3) {
            answer(request, counts(queue));
        } else if (path[3].equals("messages")) {
            answerMessages(request, queue);
        } else {
            refuse(request, 404, "A queue has messages.");
        }
    }

    private static String decoded(String segment) {
        try {
            return URLDecoder.decode(segment, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            return segment;
        }
    }

    private static void answerMessages(HttpServerRequest request, Queue queue) {
        try {
            long from = Long.parseLong(request.getParam("from", "0"));
            int count = Math.clamp(Long.parseLong(request.getParam("count", "20")), 1, 1000);
            var messages = new JsonArray();
            queue.peek(from, count, null).forEach(message -> messages.add(MessageView.of(message)));
            answer(request, new JsonObject().put("messages", messages));
        } catch (NumberFormatException _) {
            refuse(request, 400, "from and count are whole numbers.");
        }
    }

    private static JsonObject counts(Queue queue) {
        var counts = queue.counts();
        return new JsonObject().put("name", queue.path())
                .put("active", counts.active())
                .put("locked", counts.locked())
                .put("scheduled", counts.scheduled())
                .put("deferred", counts.deferred())
                .put("deadLettered", counts.deadLettered());
    }

    private static void answer(HttpServerRequest request, JsonObject body) {
        request.response().putHeader("Content-Type", "application/json").end(body.encodePrettily());
    }

    private static void refuse(HttpServerRequest request, int status, String detail) {
        request.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/problem+json")
                .end(new JsonObject().put("status", status).put("detail", detail).encode());
    }
}
