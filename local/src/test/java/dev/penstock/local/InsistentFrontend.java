package dev.penstock.local;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Submits jobs over a gateway's crashes and keeps book of what it was promised: a submission with an idempotency key is
 * repeated until it is accepted, one without is given up when the connection breaks.
 */
final class InsistentFrontend implements AutoCloseable {
    private static final Duration LONGEST_REPETITION = Duration.ofMinutes(2);
    /** Between two submissions; after a failure it waits five times as long. */
    private static final Duration PACE = Duration.ofMillis(100);
    private static final int UNPROCESSABLE = 422;

    private final URI gateway;
    private final String apiKey;
    private final String webhook;
    private final Random random;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final Set<String> promised = ConcurrentHashMap.newKeySet();
    private final Map<String, String> jobOfKey = new ConcurrentHashMap<>();
    private final AtomicInteger requests = new AtomicInteger();
    private final Thread thread;
    private volatile boolean stopped;
    private volatile String failure = "";

    InsistentFrontend(String name, URI gateway, String apiKey, String webhook, Random random) {
        this.gateway = gateway;
        this.apiKey = apiKey;
        this.webhook = webhook;
        this.random = random;
        this.thread = Thread.ofVirtual().name(name).start(() -> run(name));
    }

    /** Ids of jobs that the gateway said it has: by a 202, or by a 503 that says the job is stored. */
    Set<String> promised() {
        return promised;
    }

    /** Each accepted idempotency key with the job that it stands for. */
    Map<String, String> jobOfKey() {
        return jobOfKey;
    }

    /** How many requests have ended, one way or the other. */
    int requests() {
        return requests.get();
    }

    /** Why it gave up; empty if it did not. */
    String failure() {
        return failure;
    }

    /** Ends after the submission in hand. */
    void stop() throws InterruptedException {
        stopped = true;
        thread.join();
    }

    @Override
    public void close() {
        stopped = true;
        thread.interrupt();
        http.shutdownNow();
    }

    private void run(String name) {
        try {
            for (int i = 0; !stopped; i++) {
                if (random.nextInt(3) > 0) {
                    insist(name + "-" + i);
                } else {
                    submitOnce();
                }
                Thread.sleep(PACE);
            }
        } catch (InterruptedException interrupted) {
            failure = "interrupted";
        } catch (IllegalStateException wrong) {
            failure = String.valueOf(wrong.getMessage());
        }
    }

    private void insist(String key) throws InterruptedException {
        long giveUp = System.nanoTime() + LONGEST_REPETITION.toNanos();
        String last = "nothing";
        while (System.nanoTime() < giveUp) {
            try {
                HttpResponse<String> answer = post(key);
                last = answer.statusCode() + " " + answer.body();
                if (accepted(answer)) {
                    jobOfKey.put(key, Json.MAPPER.readTree(answer.body()).path("id").asText());
                    return;
                }
                if (answer.statusCode() == UNPROCESSABLE) {
                    throw new IllegalStateException("a repetition is taken for another request: " + last);
                }
            } catch (IOException crashed) {
                last = crashed.toString();
            }
            Thread.sleep(PACE.multipliedBy(5));
        }
        throw new IllegalStateException("the idempotency key " + key + " stays unusable: " + last);
    }

    private void submitOnce() throws InterruptedException {
        try {
            accepted(post(""));
        } catch (IOException crashed) {
            // Nobody promised anything.
        }
    }

    /** Notes what was promised. */
    private boolean accepted(HttpResponse<String> answer) throws IOException {
        JsonNode body = Json.MAPPER.readTree(answer.body());
        boolean accepted = answer.statusCode() == 202 || answer.statusCode() == 200;
        if (accepted) {
            promised.add(body.path("id").asText());
        } else if (body.path("type").asText().endsWith(":not-confirmed")) {
            promised.add(body.path("job").asText().replaceFirst(".*/", ""));
        }
        return accepted;
    }

    private HttpResponse<String> post(String key) throws IOException, InterruptedException {
        String body = Json.MAPPER.writeValueAsString(Map.of("language", "any", "code", "1", "labels",
                Map.of("key", key.isEmpty() ? "none" : key), "webhook",
                Map.of("url", webhook, "secrets", new String[]{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})));
        HttpRequest.Builder request = HttpRequest.newBuilder(gateway.resolve("/v1/jobs"))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", "Bearer " + apiKey)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (!key.isEmpty()) {
            request.header("Idempotency-Key", '"' + key + '"');
        }
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } finally {
            requests.incrementAndGet();
        }
    }
}
