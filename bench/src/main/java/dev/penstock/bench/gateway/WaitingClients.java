package dev.penstock.bench.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.Json;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Clients of one gateway that wait for a job each, over a connection each. */
final class WaitingClients implements AutoCloseable {
    private static final int BATCH = 1_000;
    private static final int MOST_CONNECTING = 100;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http;
    private final int port;
    private final Semaphore connecting = new Semaphore(MOST_CONNECTING);
    private final CountDownLatch answered;
    private final AtomicInteger wrong = new AtomicInteger();
    private final Latencies answers = new Latencies();
    private volatile long resultsFrom;

    WaitingClients(int port, int clients) {
        this.port = port;
        this.http = vertx.createHttpClient(new PoolOptions().setHttp1MaxSize(clients + 1));
        this.answered = new CountDownLatch(clients);
    }

    /** Submits so many jobs, a multiple of 1,000, and returns their ids. */
    List<String> submit(int jobs) throws Exception {
        String each = "{\"language\":\"python\",\"code\":\"print(42)\"}";
        Buffer batch = Buffer.buffer("{\"jobs\":[" + (each + ",").repeat(BATCH - 1) + each + "]}");
        List<String> ids = new ArrayList<>();
        while (ids.size() < jobs) {
            Buffer answer = http
                    .request(request("/v1/batches").setMethod(HttpMethod.POST)
                            .putHeader("Content-Type", "application/json"))
                    .compose(request -> request.send(batch))
                    .compose(HttpClientResponse::body)
                    .await();
            for (JsonNode job : Json.MAPPER.readTree(answer.getBytes()).path("jobs")) {
                ids.add(job.path("id").asText());
            }
        }
        return ids;
    }

    /** Half of them follow their job's events, half ask for their job and prefer to wait. Returns when all of them do. */
    void open(List<String> jobs) throws InterruptedException {
        for (int i = 0; i < jobs.size(); i++) {
            connecting.acquire();
            boolean streams = i % 2 == 0;
            Future<Void> waits = streams ? follow(jobs.get(i)) : waitFor(jobs.get(i));
            waits.onComplete(_ -> connecting.release());
        }
        connecting.acquire(MOST_CONNECTING);
        connecting.release(MOST_CONNECTING);
        // The gateway has seen all requests before this one.
        http.request(request("/v1/stats")).compose(request -> request.send()).compose(HttpClientResponse::body).await();
    }

    /** Completes with the first event, which says that the job is queued. */
    private Future<Void> follow(String job) {
        Promise<Void> first = Promise.promise();
        http.request(request("/v1/jobs/" + job + "/events"))
                .compose(request -> request.send())
                .onFailure(failure -> first.tryFail(failure))
                .onSuccess(response -> {
                    Buffer events = Buffer.buffer();
                    response.handler(part -> {
                        events.appendBuffer(part);
                        first.tryComplete();
                    });
                    response.endHandler(_ -> answered(job, events.toString()));
                });
        return first.future().onFailure(_ -> answered(job, ""));
    }

    /** Completes when the request is on its way. */
    private Future<Void> waitFor(String job) {
        Promise<Void> sent = Promise.promise();
        http.request(request("/v1/jobs/" + job).putHeader("Prefer", "wait=600")).compose(request -> {
            Future<HttpClientResponse> response = request.send();
            sent.complete();
            return response;
        }).compose(HttpClientResponse::body).onComplete(body -> {
            sent.tryComplete();
            answered(job, body.succeeded() ? body.result().toString() : "");
        });
        return sent.future();
    }

    private void answered(String job, String text) {
        if (!text.contains(job) || !text.contains("\"status\":\"succeeded\"")) {
            wrong.incrementAndGet();
        }
        synchronized (answers) {
            answers.add(System.nanoTime() - resultsFrom);
        }
        answered.countDown();
    }

    /** From now on results come. */
    void resultsCome() {
        resultsFrom = System.nanoTime();
    }

    /** How long after that each had its answer; fewer than there are clients if some never did. */
    Latencies answers() throws InterruptedException {
        boolean all = answered.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        synchronized (answers) {
            if (!all || wrong.get() > 0) {
                System.out.println(
                        "NOT RIGHT: " + answered.getCount() + " clients got no answer, " + wrong + " a wrong one");
            }
            return answers;
        }
    }

    private RequestOptions request(String uri) {
        return new RequestOptions().setHost("127.0.0.1")
                .setPort(port)
                .setURI(uri)
                .putHeader("Authorization", "Bearer " + GatewayRig.API_KEY);
    }

    @Override
    public void close() {
        vertx.close().await();
    }
}
