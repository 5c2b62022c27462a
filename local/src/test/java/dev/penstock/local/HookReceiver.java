package dev.penstock.local;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.Json;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Takes webhooks, keeps what each told, and can run something when one comes, before or after answering it. */
final class HookReceiver implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    private final HttpServer server;
    private final Map<String, Set<String>> idsOfJob = new ConcurrentHashMap<>();
    private final Map<String, Set<String>> outputsOfJob = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable Runnable> before = new AtomicReference<>();
    private final AtomicReference<@Nullable Runnable> after = new AtomicReference<>();

    HookReceiver() {
        this.server = vertx.createHttpServer().requestHandler(this::receive).listen(0, "127.0.0.1").await();
    }

    String url() {
        return "http://127.0.0.1:" + server.actualPort() + "/hook";
    }

    /** The webhook ids that told of the job. */
    Set<String> idsOf(String job) {
        return idsOfJob.getOrDefault(job, Set.of());
    }

    /** What the job printed, as told. */
    Set<String> outputsOf(String job) {
        return outputsOfJob.getOrDefault(job, Set.of());
    }

    /** Runs once at the next webhook, in place of an answer. */
    void insteadOfAnswer(Runnable action) {
        before.set(action);
    }

    /** Runs once, when the next webhook has been answered. */
    void afterAnswer(Runnable action) {
        after.set(action);
    }

    void disarm() {
        before.set(null);
        after.set(null);
    }

    @Override
    public void close() {
        vertx.close().await();
    }

    private void receive(HttpServerRequest request) {
        String id = String.valueOf(request.getHeader("webhook-id"));
        request.body().onSuccess(body -> {
            keep(id, parse(body.getBytes()).path("data"));
            Runnable first = before.getAndSet(null);
            if (first != null) {
                first.run();
                return;
            }
            Runnable then = after.getAndSet(null);
            request.response().setStatusCode(204).end().onSuccess(_ -> {
                if (then != null) {
                    then.run();
                }
            });
        });
    }

    private void keep(String id, JsonNode job) {
        String jobId = job.path("id").asText();
        idsOfJob.computeIfAbsent(jobId, _ -> ConcurrentHashMap.newKeySet()).add(id);
        outputsOfJob.computeIfAbsent(jobId, _ -> ConcurrentHashMap.newKeySet())
                .add(job.at("/result/run/stdout/content").asText());
    }

    private static JsonNode parse(byte[] body) {
        try {
            return Json.MAPPER.readTree(body);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
