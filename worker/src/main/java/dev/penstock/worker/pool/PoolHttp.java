package dev.penstock.worker.pool;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * HTTP exchanges with the pool. A request's head and body leave only once a connection stands, so "never sent" and
 * "broke after sending" are told apart for certain. Redirects are not followed, which keeps the token with the
 * configured host.
 */
final class PoolHttp implements AutoCloseable {
    /** No honest answer is longer; what is longer is not read to its end. */
    static final int MAX_ANSWER_BYTES = 4 * 1024 * 1024;
    /** Shorter than any proxy's, so that a connection isn't reused in the moment it is being closed. */
    private static final int KEEP_ALIVE_SECONDS = 10;
    /** The connection pool's own time-out should answer first: a request abandoned here could still connect. */
    private static final Duration CONNECT_GRACE = Duration.ofSeconds(2);

    private final HttpClient client;
    private final URI endpoint;
    private final PoolToken token;
    private final Duration connectTimeout;

    PoolHttp(Vertx vertx, URI endpoint, Duration connectTimeout, PoolToken token, int connections) {
        this.endpoint = endpoint;
        this.token = token;
        this.connectTimeout = connectTimeout;
        HttpClientOptions options = new HttpClientOptions().setSsl("https".equals(endpoint.getScheme()))
                .setDefaultHost(endpoint.getHost())
                .setDefaultPort(port(endpoint))
                .setConnectTimeout(Math.toIntExact(connectTimeout.toMillis()))
                .setKeepAliveTimeout(KEEP_ALIVE_SECONDS)
                .setMaxHeaderSize(16 * 1024);
        this.client = vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(connections));
    }

    /** Sends once, and once more with a new token after a 401. Both tries share the deadline. */
    Answer send(PoolRequest request, Duration deadline, Cut cut) {
        long end = System.nanoTime() + deadline.toNanos();
        try {
            String bearer = token.current();
            Answer answer = exchange(request, bearer, end, cut);
            if (answer instanceof Answer.Complete complete && complete.status() == 401 && token.refused(bearer)) {
                String next = token.current();
                return next.equals(bearer) ? answer : exchange(request, next, end, cut);
            }
            return answer;
        } catch (PoolTokenException none) {
            return new Answer.NoToken(String.valueOf(none.getMessage()));
        }
    }

    private Answer exchange(PoolRequest request, String bearer, long end, Cut cut) {
        // Asked before there is a connection, too: to find out may take a while, in which it would lie idle and break.
        Optional<String> objection = cut.objection();
        if (objection.isPresent()) {
            return new Answer.Withheld(objection.get());
        }
        HttpClientRequest open;
        Future<HttpClientRequest> opening = Future.failedFuture("not begun");
        try {
            RequestOptions options = new RequestOptions().setMethod(request.method())
                    .setURI(endpoint.getRawPath() + request.path())
                    .setConnectTimeout(connectTimeout.toMillis())
                    .putHeader("Authorization", "Bearer " + bearer)
                    .putHeader("Accept", "application/json");
            opening = client.request(options);
            open = opening.await(connectTimeout.plus(CONNECT_GRACE).toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException slow) {
            // A connection that comes late after all goes back to the pool.
            opening.onSuccess(late -> late.reset());
            return new Answer.NotSent("no connection to the pool within " + connectTimeout.toMillis() + " ms");
        } catch (Exception failed) {
            return new Answer.NotSent("no connection to the pool: " + failed.getClass().getSimpleName());
        }
        return exchange(open, request, end, cut);
    }

    private static Answer exchange(HttpClientRequest open, PoolRequest request, long end, Cut cut) {
        cut.onCut(() -> open.reset());
        Optional<String> objection = cut.objection();
        if (objection.isPresent()) {
            open.reset();
            return new Answer.Withheld(objection.get());
        }
        try {
            // Before anything is sent: an answer that came sooner than its handler would be dropped.
            Future<HttpClientResponse> response = open.response();
            Future<Answer> answer = response.compose(PoolHttp::collect);
            cut.sending();
            byte[] json = request.json();
            Future<HttpClientResponse> sent = json == null
                    ? open.send()
                    : open.putHeader("Content-Type", "application/json").send(Buffer.buffer(json));
            long left = Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime()));
            // A body that breaks off is told here; without a head, or cut, the exchange broke.
            return sent.compose(_ -> answer)
                    .recover(failure -> response.succeeded() && cut.reason().isEmpty()
                            ? Future.succeededFuture(new Answer.CutOff())
                            : Future.failedFuture(failure))
                    .await(left, TimeUnit.MILLISECONDS);
        } catch (TimeoutException slow) {
            open.reset();
            return new Answer.Broken("no complete answer from the pool within the call's deadline");
        } catch (Exception broken) {
            return new Answer.Broken(cut.reason()
                    .map(reason -> "the call was cut: " + reason)
                    .orElse("the connection to the pool broke: " + broken.getClass().getSimpleName()));
        }
    }

    /** Runs on the connection's event loop, so that no part of the body can arrive before the handlers are set. */
    private static Future<Answer> collect(HttpClientResponse response) {
        Promise<Answer> whole = Promise.promise();
        Buffer body = Buffer.buffer();
        response.exceptionHandler(whole::tryFail);
        response.handler(part -> {
            if (body.length() + part.length() > MAX_ANSWER_BYTES) {
                whole.tryComplete(new Answer.Oversized(MAX_ANSWER_BYTES));
                response.request().reset();
            } else {
                body.appendBuffer(part);
            }
        });
        response.endHandler(_ -> whole
                .tryComplete(new Answer.Complete(response.statusCode(), headers(response), body.getBytes())));
        return whole.future();
    }

    private static Map<String, String> headers(HttpClientResponse response) {
        Map<String, String> headers = new HashMap<>();
        response.headers().forEach((name, value) -> headers.putIfAbsent(name.toLowerCase(Locale.ROOT), value));
        return Map.copyOf(headers);
    }

    private static int port(URI endpoint) {
        if (endpoint.getPort() >= 0) {
            return endpoint.getPort();
        }
        return "https".equals(endpoint.getScheme()) ? 443 : 80;
    }

    @Override
    public void close() {
        client.close().await();
    }
}
