package dev.penstock.session;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.penstock.contracts.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** A real container on a free port, and an HTTP client for it. */
final class TestSession implements AutoCloseable {
    private static final Duration DEADLINE = Duration.ofMinutes(10);

    /** Another test run on this machine must not share users with this one: programs of one user can kill each other. */
    static final int FIRST_UID = 1_000_000 + Math.toIntExact(ProcessHandle.current().pid()) * 64;

    private final SessionContainer container;
    private final HttpClient client = HttpClient.newHttpClient();

    private TestSession(SessionContainer container) {
        this.container = container;
    }

    /** Starts with those settings, names and values in turn, over those that tests need. */
    static TestSession start(String... namesAndValues) throws InterruptedException {
        Map<String, String> environment = new HashMap<>(
                Map.of("PENSTOCK_SESSION_PORT", "0", "PENSTOCK_RUN_FIRST_UID", Integer.toString(FIRST_UID)));
        for (int i = 0; i < namesAndValues.length; i += 2) {
            environment.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return new TestSession(SessionContainer.start(SessionConfig.from(environment)));
    }

    /** Whether this machine has that isolation: bubblewrap is a package, and only root can become other users. */
    static boolean offers(String isolation) {
        return switch (isolation) {
            case "bubblewrap" -> Files.isExecutable(Path.of("/usr/bin/bwrap"));
            case "own-user" -> System.getProperty("user.name").equals("root");
            default -> true;
        };
    }

    int port() {
        return container.port();
    }

    /** A flat body with that code. */
    static ObjectNode code(String code) {
        return Json.MAPPER.createObjectNode().put("code", code);
    }

    /** A flat body with that code under those limits. */
    static ObjectNode limited(String code, Map<String, Long> limits) {
        ObjectNode body = code(code);
        ObjectNode node = body.putObject("limits");
        limits.forEach((name, value) -> node.put(name, value));
        return body;
    }

    static String verdict(JsonNode answer) {
        return answer.path("verdict").textValue();
    }

    /** Runs the body and returns the answer, which must be 200. */
    JsonNode run(String language, JsonNode body) {
        HttpResponse<String> response = post("/" + language + "/execute", body.toString());
        if (response.statusCode() != 200) {
            throw new AssertionError("status " + response.statusCode() + ": " + response.body());
        }
        return json(response);
    }

    HttpResponse<String> post(String path, String body) {
        return send(request(path).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    HttpResponse<String> get(String path) {
        return send(request(path).GET());
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path)).timeout(DEADLINE);
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    static JsonNode json(HttpResponse<String> response) {
        try {
            return Json.MAPPER.readTree(response.body());
        } catch (JsonProcessingException notJson) {
            throw new AssertionError("not JSON: " + response.body(), notJson);
        }
    }

    @Override
    public void close() {
        // The client last: closing it waits for its open requests.
        container.close();
        client.close();
    }
}
