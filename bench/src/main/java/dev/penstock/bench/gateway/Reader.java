package dev.penstock.bench.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Reads from a gateway, one request after the other over one connection. */
final class Reader implements AutoCloseable {
    private static final int FOUND = 200;

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String gateway;

    Reader(int port) {
        this.gateway = "http://127.0.0.1:" + port;
    }

    /** How long it took, nanoseconds. */
    long get(String uri) throws IOException, InterruptedException {
        long start = System.nanoTime();
        fetch(uri);
        return System.nanoTime() - start;
    }

    /** For each time, the path of the job that was submitted last before it. */
    List<String> jobs(List<Instant> times, String filter) throws IOException, InterruptedException {
        List<String> found = new ArrayList<>();
        for (Instant time : times) {
            String page = fetch("/v1/jobs?limit=1&" + filter + "&submittedBefore=" + time);
            JsonNode job = Json.MAPPER.readTree(page).path("jobs").path(0);
            found.add("/v1/jobs/" + job.path("id").asText());
        }
        return found;
    }

    private String fetch(String uri) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(gateway + uri))
                .header("Authorization", "Bearer " + GatewayRig.API_KEY)
                .build();
        HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
        if (response.statusCode() != FOUND) {
            throw new IOException(uri + " was answered " + response.statusCode() + " " + response.body());
        }
        return response.body();
    }

    @Override
    public void close() {
        http.close();
    }
}
