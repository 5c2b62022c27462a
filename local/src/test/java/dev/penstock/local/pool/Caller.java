package dev.penstock.local.pool;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Calls a pool as a worker does, with the JDK's client. */
final class Caller implements AutoCloseable {
    static final String TOKEN = "the-token";
    static final String API = "api-version=2025-10-02-preview";

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String endpoint;

    Caller(String endpoint) {
        this.endpoint = endpoint;
    }

    HttpRequest.Builder to(String pathAndQuery) {
        return HttpRequest.newBuilder(URI.create(endpoint + pathAndQuery))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", "Bearer " + TOKEN);
    }

    HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return client.send(request, BodyHandlers.ofString());
    }

    HttpResponse<String> get(String pathAndQuery) throws IOException, InterruptedException {
        return send(to(pathAndQuery).build());
    }

    HttpResponse<String> post(String pathAndQuery, String body) throws IOException, InterruptedException {
        return send(to(pathAndQuery).POST(BodyPublishers.ofString(body)).build());
    }

    HttpResponse<String> manage(String operation, String query) throws IOException, InterruptedException {
        return post("/.management/" + operation + "?" + API + query, "");
    }

    CompletableFuture<HttpResponse<String>> postAsync(String pathAndQuery, String body) {
        return client.sendAsync(to(pathAndQuery).POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
