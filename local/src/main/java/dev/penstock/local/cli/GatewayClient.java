package dev.penstock.local.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.Json;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.io.IOException;
import java.net.URI;

/** The two calls that running a program takes. Blocking; one thread at a time. */
final class GatewayClient implements AutoCloseable {
    /** How long the gateway is asked to hold an unfinished job's answer, seconds. */
    private static final int WAIT_SECONDS = 20;
    private static final int CONNECT_TIMEOUT_MS = 5_000;
    private static final long REQUEST_TIMEOUT_MS = (WAIT_SECONDS + 15) * 1_000L;

    private final URI base;
    private final String apiKey;
    private final Vertx vertx = Vertx.vertx();
    private final WebClient http = WebClient.create(vertx,
            new WebClientOptions().setConnectTimeout(CONNECT_TIMEOUT_MS).setFollowRedirects(false));

    GatewayClient(URI base, String apiKey) {
        this.base = URI.create(base.toString().replaceAll("/+$", ""));
        this.apiKey = apiKey;
    }

    /** Submits and returns the job's view as soon as the broker has it. */
    JsonNode submit(JsonNode job) {
        return view(request(HttpMethod.POST, "/v1/jobs").putHeader("Content-Type", "application/json")
                .sendBuffer(Buffer.buffer(job.toString())));
    }

    /** Returns the job's view once the job ended, or the present one after a while. */
    JsonNode await(String jobId) {
        return view(request(HttpMethod.GET, "/v1/jobs/" + jobId).putHeader("Prefer", "wait=" + WAIT_SECONDS).send());
    }

    private HttpRequest<Buffer> request(HttpMethod method, String path) {
        HttpRequest<Buffer> request = http.requestAbs(method, base + path)
                .timeout(REQUEST_TIMEOUT_MS)
                .putHeader("Accept", "application/json");
        return apiKey.isEmpty() ? request : request.bearerTokenAuthentication(apiKey);
    }

    private JsonNode view(Future<HttpResponse<Buffer>> call) {
        HttpResponse<Buffer> response;
        try {
            response = call.await();
        } catch (Exception unreachable) { // await() throws whatever the call failed with, checked or not
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

    private JsonNode parse(HttpResponse<Buffer> response) {
        try {
            return Json.MAPPER.readTree(response.body() == null ? new byte[0] : response.body().getBytes());
        } catch (IOException notOurs) {
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
        vertx.close().await();
    }
}
