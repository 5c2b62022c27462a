package dev.penstock.local;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** A frontend, as small as one can be. */
public final class ApiClient implements AutoCloseable {
    private static final Set<String> UNFINISHED = Set.of("queued", "running");

    private final URI gateway;
    private final String apiKey;
    private final HttpClient http = HttpClient.newHttpClient();

    public ApiClient(URI gateway, String apiKey) {
        this.gateway = gateway;
        this.apiKey = apiKey;
    }

    /** Submits and returns the job's id. A job that is stored and not yet confirmed is not submitted again. */
    public String submit(String language, String code) throws IOException, InterruptedException {
        return submit(language, code, Map.of());
    }

    /** The same with more fields of a submission, such as {@code onLost}. */
    String submit(String language, String code, Map<String, ?> wishes) throws IOException, InterruptedException {
        Map<String, Object> fields = new HashMap<>(wishes);
        fields.put("language", language);
        fields.put("code", code);
        String body = Json.MAPPER.writeValueAsString(fields);
        HttpResponse<String> response = send(request("/v1/jobs").header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
        JsonNode answer = Json.MAPPER.readTree(response.body());
        if (response.statusCode() == 503 && answer.has("job")) {
            return answer.get("job").asText().replaceFirst("^/v1/jobs/", "");
        }
        if (response.statusCode() != 202) {
            throw new IllegalStateException(response.statusCode() + " " + response.body());
        }
        return answer.get("id").asText();
    }

    JsonNode job(String id) throws IOException, InterruptedException {
        return Json.MAPPER.readTree(send(request("/v1/jobs/" + id).GET()).body());
    }

    /** The ids of the jobs that have the label, written {@code name:value}. */
    List<String> idsWithLabel(String label) throws IOException, InterruptedException {
        return Json.MAPPER.readTree(send(request("/v1/jobs?label=" + label).GET()).body()).findValuesAsText("id");
    }

    /** The job's view once it ended. */
    public JsonNode finished(String id) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + Duration.ofMinutes(3).toNanos();
        while (System.nanoTime() < deadline) {
            JsonNode view = Json.MAPPER
                    .readTree(send(request("/v1/jobs/" + id).header("Prefer", "wait=20").GET()).body());
            if (!UNFINISHED.contains(view.path("status").asText())) {
                return view;
            }
        }
        throw new IllegalStateException("not finished: " + job(id));
    }

    /** The body that a GET is answered with. */
    String get(String path) throws IOException, InterruptedException {
        return send(request(path).GET()).body();
    }

    /** What a GET is answered with. */
    public int status(String path) throws IOException, InterruptedException {
        return send(request(path).GET()).statusCode();
    }

    /** Any answer to a POST of JSON. */
    HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return send(request(path).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    /** The whole answer, when it is there; a stream's when it has ended. */
    CompletableFuture<HttpResponse<String>> getAsync(String path, String prefer) {
        return http.sendAsync(request(path).timeout(Duration.ofMinutes(2)).header("Prefer", prefer).GET().build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(gateway.resolve(path))
                .timeout(Duration.ofSeconds(60))
                .header("Authorization", "Bearer " + apiKey);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
        http.close();
    }
}
