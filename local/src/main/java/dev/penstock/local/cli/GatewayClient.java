package dev.penstock.local.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** The two calls that running a program takes. Blocking; one thread at a time. */
final class GatewayClient implements AutoCloseable {
    /** How long the gateway is asked to hold an unfinished job's answer, seconds. */
    private static final int WAIT_SECONDS = 20;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(WAIT_SECONDS + 15);

    private final URI base;
    private final String apiKey;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();

    GatewayClient(URI base, String apiKey) {
        this.base = URI.create(base.toString().replaceAll("/+$", ""));
        this.apiKey = apiKey;
    }

    /** Submits and returns the job's view as soon as the broker has it. */
    JsonNode submit(JsonNode job) throws InterruptedException {
        HttpRequest.BodyPublisher body = HttpRequest.BodyPublishers.ofString(job.toString());
        return send(request("/v1/jobs").header("Content-Type", "application/json").POST(body).build());
    }

    /** Returns the job's view once the job ended, or the present one after a while. */
    JsonNode await(String jobId) throws InterruptedException {
        return send(request("/v1/jobs/" + jobId).header("Prefer", "wait=" + WAIT_SECONDS).GET().build());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve(path))
                .timeout(REQUEST_TIMEOUT)
                .header("Authorization", "Bearer " + apiKey)
                .header("Accept", "application/json");
    }

    private JsonNode send(HttpRequest request) throws InterruptedException {
        HttpResponse<String> response;
        try {
            response = http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException unreachable) {
            throw new CommandFailure(Penstock.EXIT_UNAVAILABLE, "no answer from the gateway at " + base
                    + "; check that it is running ('penstock up' starts one) and that the URL is right");
        }
        JsonNode body = parse(response);
        if (response.statusCode() >= 300) {
            throw new CommandFailure(response.statusCode() < 500 ? Penstock.EXIT_USAGE : Penstock.EXIT_UNAVAILABLE,
                    problem(response.statusCode(), body));
        }
        return body;
    }

    private JsonNode parse(HttpResponse<String> response) {
        try {
            return Json.MAPPER.readTree(response.body());
        } catch (JsonProcessingException notOurs) {
            throw new CommandFailure(Penstock.EXIT_UNAVAILABLE, "what answers at " + base
                    + " is not a Penstock gateway (status " + response.statusCode() + ", no JSON); check the URL");
        }
    }

    /** RFC 9457: the detail, then each error with its place. */
    private static String problem(int status, JsonNode problem) {
        StringBuilder text = new StringBuilder();
        text.append(problem.path("detail").asText(problem.path("title").asText("the gateway answered " + status)));
        for (JsonNode error : problem.path("errors")) {
            text.append("\n  ")
                    .append(error.path("pointer").asText())
                    .append(": ")
                    .append(error.path("detail").asText());
        }
        return text.toString();
    }

    @Override
    public void close() {
        http.close();
    }
}
