package dev.penstock.local.pool;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A session container that echoes what it gets. {@code /hold…} waits for the test, {@code /status/N} answers with N,
 * {@code /break} closes the connection within its answer, {@code /early} answers before it has read the request.
 */
final class Target implements AutoCloseable {
    private final HttpServer server;
    private final BlockingQueue<HttpServerRequest> held = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> dropped = new LinkedBlockingQueue<>();

    Target(Vertx vertx) {
        server = vertx.createHttpServer().requestHandler(this::handle).listen(0, "127.0.0.1").await();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.actualPort());
    }

    private void handle(HttpServerRequest request) {
        String path = URI.create(request.uri()).getPath();
        if (path.startsWith("/hold")) {
            request.pause();
            request.response().closeHandler(gone -> dropped.add(path));
            held.add(request);
        } else if (path.startsWith("/status/")) {
            int status = Integer.parseInt(path.substring("/status/".length()));
            request.response()
                    .setStatusCode(status)
                    .putHeader("X-Own", "yes")
                    .putHeader("Content-Length", "10")
                    .end("own answer");
        } else if (path.equals("/break")) {
            request.response().setChunked(true).write("half an ans");
            request.connection().close();
        } else if (path.equals("/early")) {
            request.pause();
            request.response().setStatusCode(413).end("too long");
        } else {
            request.body().onSuccess(body -> echo(request, body));
        }
    }

    private static void echo(HttpServerRequest request, Buffer body) {
        request.headers().forEach((name, value) -> request.response().putHeader("Echo-" + name, value));
        request.response().putHeader("X-Own", "yes").end(request.method() + " " + request.uri() + "\n" + body);
    }

    /** Waits for a request to {@code /hold…} to arrive. */
    HttpServerRequest awaitHeld() throws InterruptedException {
        return Optional.ofNullable(held.poll(20, TimeUnit.SECONDS))
                .orElseThrow(() -> new AssertionError("no request reached the target"));
    }

    int heldNow() {
        return held.size();
    }

    /** Waits for the connection of a held request to be closed, and says which path it had. */
    String awaitDropped() throws InterruptedException {
        return Optional.ofNullable(dropped.poll(20, TimeUnit.SECONDS))
                .orElseThrow(() -> new AssertionError("no request was broken off"));
    }

    @Override
    public void close() {
        Future<Void> closed = server.close();
        closed.await();
    }
}
