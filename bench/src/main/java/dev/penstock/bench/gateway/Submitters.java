package dev.penstock.bench.gateway;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** Clients that submit one job after the other, each over a connection of its own. */
final class Submitters implements AutoCloseable {
    private static final int ACCEPTED = 202;

    private final Vertx vertx = Vertx.vertx();
    private final Context home = vertx.getOrCreateContext();
    private final int clients;
    private final HttpClient http;
    private final RequestOptions request;
    private final Buffer body = Buffer.buffer(submission());

    Submitters(int port, int clients) {
        this.clients = clients;
        this.http = vertx.createHttpClient(new PoolOptions().setHttp1MaxSize(clients));
        this.request = new RequestOptions().setMethod(HttpMethod.POST)
                .setHost("127.0.0.1")
                .setPort(port)
                .setURI("/v1/jobs")
                .putHeader("Authorization", "Bearer " + GatewayRig.API_KEY)
                .putHeader("Content-Type", "application/json");
    }

    /** A program of about 1 KiB. */
    static String submission() {
        StringBuilder code = new StringBuilder();
        for (int line = 0; line < 20; line++) {
            code.append(String.format(Locale.ROOT, "print(sum(n * n for n in range(%4d)), 'line')\\n", line));
        }
        return "{\"language\":\"python\",\"code\":\"" + code + "\",\"stdin\":\"1 2 3\"}";
    }

    /** Has all of them submit for that long; how long each submit took. */
    Latencies run(Duration time) throws InterruptedException {
        Run run = new Run(System.nanoTime() + time.toNanos());
        long start = System.nanoTime();
        home.runOnContext(_ -> {
            for (int i = 0; i < clients; i++) {
                run.next();
            }
        });
        run.ended.await();
        if (run.failure != null) {
            throw new IllegalStateException("a submit failed", run.failure);
        }
        run.latencies.lasted(Duration.ofNanos(System.nanoTime() - start));
        return run.latencies;
    }

    @Override
    public void close() {
        vertx.close().await();
    }

    private static Future<Buffer> accepted(HttpClientResponse response) {
        return response.statusCode() == ACCEPTED
                ? response.body()
                : response.body().compose(body -> Future.failedFuture(response.statusCode() + " " + body));
    }

    /** Belongs to the event loop. */
    private final class Run {
        private final long end;
        private final Latencies latencies = new Latencies();
        private final CountDownLatch ended = new CountDownLatch(clients);
        private @Nullable Throwable failure;

        Run(long end) {
            this.end = end;
        }

        void next() {
            long start = System.nanoTime();
            if (start > end || failure != null) {
                ended.countDown();
                return;
            }
            http.request(request)
                    .compose(ready -> ready.send(body))
                    .compose(Submitters::accepted)
                    .onFailure(thrown -> failure = thrown)
                    .onComplete(_ -> {
                        latencies.add(System.nanoTime() - start);
                        next();
                    });
        }
    }
}
