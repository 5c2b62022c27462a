package dev.penstock.gateway.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.gateway.Caller;
import dev.penstock.gateway.FakeWorker;
import dev.penstock.gateway.GatewayCase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of attempts that fail, with a short time for each and short pauses between. */
class WebhookRetriesTest extends GatewayCase {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String KEY = Base64.getEncoder().encodeToString(new byte[32]);
    private static final String OTHER_KEY = Base64.getEncoder()
            .encodeToString("0".repeat(32).getBytes(StandardCharsets.US_ASCII));
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private final Vertx vertx = Vertx.vertx();
    private final AtomicInteger failures = new AtomicInteger();
    private HttpServer receiver;

    @BeforeAll
    void startReceiver() {
        receiver = vertx.createHttpServer().requestHandler(this::receive).listen(0, "0.0.0.0").await();
    }

    @Override
    protected Map<String, String> settings() {
        return Map.of("PENSTOCK_SECRET_KEY", KEY, "PENSTOCK_WEBHOOK_ALLOW_HTTP", "true",
                "PENSTOCK_WEBHOOK_ALLOWED_RANGES", "127.0.0.0/8", "PENSTOCK_WEBHOOK_TIMEOUT", "700ms",
                "PENSTOCK_WEBHOOK_PAUSES", "100ms,100ms,100ms,100ms,100ms");
    }

    @AfterAll
    void stopReceiver() {
        vertx.close().await();
    }

    /** The path says how. */
    private void receive(HttpServerRequest request) {
        switch (String.valueOf(request.path())) {
            case "/silent" -> request.pause();
            case "/failing" -> request.response().setStatusCode(failures.getAndDecrement() > 0 ? 500 : 204).end();
            default -> request.response()
                    .setStatusCode(503)
                    .putHeader("Retry-After", request.getParam("retry"))
                    .end();
        }
    }

    @Test
    void a_receiver_that_does_not_answer_in_time_is_given_up() {
        String url = submit("127.0.0.2", "/silent");

        JsonNode attempt = awaitDelivery(url, delivery -> delivery.path("attempts").size() == 1).at("/attempts/0");
        assertThat(attempt.path("error").asText()).isEqualTo("no answer in time");
        assertThat(attempt.path("durationMs").asLong()).isBetween(690L, 5_000L);
        assertThat(attempt.has("status")).isFalse();
    }

    @Test
    void after_six_tries_a_delivery_has_failed_until_it_is_replayed() {
        failures.set(6);
        String url = submit("127.0.0.3", "/failing");
        JsonNode failed = awaitDelivery(url, delivery -> delivery.path("state").asText().equals("failed"));
        assertThat(failed.path("attempts")).extracting(attempt -> attempt.path("status").asInt())
                .containsExactly(500, 500, 500, 500, 500, 500);
        assertThat(failed.has("nextAttemptAt")).isFalse();

        failures.set(1);
        assertThat(caller.post(url + "/deliveries/" + failed.path("id").asText() + "/replay", "").statusCode())
                .isEqualTo(202);
        JsonNode delivered = awaitDelivery(url, delivery -> delivery.path("state").asText().equals("delivered"));
        assertThat(delivered.path("attempts")).as("a new round of tries").hasSize(8);
    }

    @ParameterizedTest
    @CsvSource({"4000, 4000", "DATE+5000, 5000", "999999, 86400"})
    void the_next_attempt_is_not_made_before_the_receiver_asks_for_it(String asked, long seconds) {
        JsonNode delivery = firstOf(asked.startsWith("DATE+")
                ? date(Instant.now().plusSeconds(Long.parseLong(asked.substring("DATE+".length()))))
                : asked);

        assertThat(pause(delivery)).isCloseTo(seconds, within(30L));
        assertThat(delivery.path("state").asText()).isEqualTo("pending");
    }

    @ParameterizedTest
    @CsvSource({"PAST", "soon", "-5", "1e9", "99999999999999999999"})
    void what_can_not_be_meant_changes_nothing(String asked) {
        String header = asked.equals("PAST") ? date(Instant.now().minusSeconds(5_000)) : asked;
        String url = submit("127.0.0.4", "/busy?retry=" + header.replace(" ", "%20").replace("+", "%2B"));

        awaitDelivery(url, delivery -> delivery.path("attempts").size() >= 2);
    }

    @Test
    void a_delivery_whose_secrets_cannot_be_read_fails_and_says_why_and_a_former_key_reads_them() {
        failures.set(1_000_000);
        String url = accept("127.0.0.5", "/failing");
        fixture.stopGateway();
        fixture.restartGateway(Map.of("PENSTOCK_SECRET_KEY", OTHER_KEY));
        caller = fixture.caller();
        worker.say(FakeWorker.finished(worker.take(), 0, ""));
        JsonNode failed = awaitDelivery(url, delivery -> delivery.path("state").asText().equals("failed"));
        assertThat(failed.at("/attempts/0/error").asText()).contains("secrets can't be read");

        failures.set(0);
        fixture.stopGateway();
        fixture.restartGateway(Map.of("PENSTOCK_FORMER_SECRET_KEYS", KEY));
        caller = fixture.caller();
        caller.post(url + "/deliveries/" + failed.path("id").asText() + "/replay", "");
        awaitDelivery(url, delivery -> delivery.path("state").asText().equals("delivered"));
    }

    private JsonNode firstOf(String retryAfter) {
        String url = submit("127.0.0.6", "/busy?retry=" + retryAfter.replace(" ", "%20").replace("+", "%2B"));
        return awaitDelivery(url, delivery -> delivery.path("attempts").size() == 1);
    }

    private static long pause(JsonNode delivery) {
        return Duration.between(Instant.parse(delivery.at("/attempts/0/at").asText()),
                Instant.parse(delivery.path("nextAttemptAt").asText())).toSeconds();
    }

    private static String date(Instant time) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.withLocale(Locale.ROOT).format(time.atOffset(ZoneOffset.UTC));
    }

    /** A host for each test: what fails at one must not spare attempts at another. */
    private String submit(String host, String path) {
        String url = accept(host, path);
        worker.say(FakeWorker.finished(worker.take(), 0, ""));
        return url;
    }

    private String accept(String host, String path) {
        HttpResponse<String> accepted = caller.post("/v1/jobs", """
                {"language": "python", "code": "1", "webhook": {"url": "http://%s:%s%s", "secrets": ["%s"]}}"""
                .formatted(host, receiver.actualPort(), path, SECRET));
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
        return accepted.headers().firstValue("Location").orElseThrow();
    }

    private JsonNode awaitDelivery(String owner, Predicate<JsonNode> condition) {
        return await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(50))
                .atMost(PATIENCE)
                .until(() -> Caller.json(caller.get(owner + "/deliveries")).at("/deliveries/0"), condition);
    }
}
