package dev.penstock.local.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.Json;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Another process looks into a pool and drives it. */
@Timeout(60)
class AdminEndpointTest {
    private final Rig rig = new Rig(PoolSettings.of(2));

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void thePoolsOwnTokenIsNotTheAdministratorsKey() throws Exception {
        assertThat(rig.caller.get("/.local/stats").statusCode()).isEqualTo(401);
        assertThat(rig.caller.get("/.local/settings?identifier=job-1").statusCode()).isEqualTo(401);
    }

    @Test
    void statsShowSessionsAndAnswers() throws Exception {
        rig.caller.get("/x?identifier=job-1");
        rig.awaitAnswered(AnswerKind.FORWARDED, 1);
        JsonNode stats = Json.MAPPER.readTree(admin("GET", "stats", "").body());
        assertThat(stats.at("/sessions/allocated").asInt()).isEqualTo(1);
        assertThat(stats.at("/sessions/peakAllocated").asInt()).isEqualTo(1);
        assertThat(stats.at("/answers/FORWARDED").asInt()).isEqualTo(1);
        assertThat(stats.at("/answers/FULL").asInt(-1)).isZero();
    }

    @Test
    void metricsAreInPrometheusText() throws Exception {
        rig.caller.get("/x?identifier=job-1");
        rig.awaitAnswered(AnswerKind.FORWARDED, 1);
        HttpResponse<String> metrics = admin("GET", "metrics", "");
        assertThat(metrics.headers().firstValue("Content-Type").orElse("")).startsWith("text/plain");
        assertThat(metrics.body().lines()).contains("# TYPE penstock_pool_sessions gauge",
                "penstock_pool_sessions{state=\"allocated\"} 1", "penstock_pool_sessions{state=\"executing\"} 0",
                "penstock_pool_sessions{state=\"pending\"} 0", "penstock_pool_sessions{state=\"ready\"} 1",
                "penstock_pool_peak_allocated_sessions 1", "# TYPE penstock_pool_answers_total counter",
                "penstock_pool_answers_total{kind=\"forwarded\"} 1");
    }

    @Test
    void settingsChangeMemberByMember() throws Exception {
        assertThat(admin("PATCH", "settings", "{\"maxSessions\":7,\"stopLag\":0.25}").statusCode()).isEqualTo(200);
        assertThat(admin("PATCH", "settings", "{\"lifecycle\":{\"kind\":\"onContainerExit\",\"maxAlive\":60}}")
                .statusCode()).isEqualTo(200);
        assertThat(rig.pool.settings()).isEqualTo(PoolSettings.of(2)
                .withSessions(7, 1)
                .withStopLag(Duration.ofMillis(250))
                .withLifecycle(new Lifecycle.OnContainerExit(Duration.ofSeconds(60))));
        JsonNode shown = Json.MAPPER.readTree(admin("GET", "settings", "").body());
        assertThat(shown.get("maxSessions").asInt()).isEqualTo(7);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            PATCH | settings | {"maxSession":7}
            PATCH | settings | {"maxSessions":1}
            PATCH | settings | {"maxSessions":null}
            PATCH | settings | {"readySessions":2}
            PATCH | settings | {"lifecycle":{"kind":"timed","cooldown":0}}
            PATCH | settings | {"lifecycle":{"kind":"timed"}}
            PATCH | settings | {"lifecycle":null}
            PATCH | settings | {"stopLag":-1}
            PATCH | settings | null
            PATCH | settings | []
            PATCH | settings | {
            POST  | faults   | {}
            POST  | faults   | {"fault":{"kind":"unknown"}}
            POST  | faults   | {"fault":{"kind":"busy"}}
            POST  | faults   | {"fault":{"kind":"delay"}}
            POST  | faults   | {"fault":{"kind":"cut"}}
            POST  | faults   | {"fault":{"kind":"answer","status":401}}
            POST  | faults   | {"fault":{"kind":"busy","status":99}}
            POST  | faults   | {"fault":{"kind":"busy","status":429},"percent":0}
            POST  | faults   | null
            POST  | exit     | {}
            """)
    void whatDoesNotFitIsRefusedAndChangesNothing(String method, String operation, String body) throws Exception {
        HttpResponse<String> refused = admin(method, operation, body);
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(Json.MAPPER.readTree(refused.body()).at("/error/message").asText()).isNotEmpty();
        assertThat(rig.pool.settings()).isEqualTo(PoolSettings.of(2));
        assertThat(rig.pool.faults().rules()).isEmpty();
    }

    @Test
    void unknownOperationsAndLongBodiesAreRefused() throws Exception {
        assertThat(admin("POST", "stats", "").statusCode()).isEqualTo(404);
        assertThat(admin("POST", "faults", "x".repeat(70_000)).statusCode()).isEqualTo(413);
    }

    @Test
    void faultsAreAddedShownAndCleared() throws Exception {
        String busy = "{\"fault\":{\"kind\":\"busy\",\"status\":429},\"requests\":1}";
        JsonNode inForce = Json.MAPPER.readTree(admin("POST", "faults", busy).body());
        assertThat(inForce.get("seed").asLong()).isEqualTo(rig.pool.faults().seed());
        assertThat(inForce.at("/rules/0/percent").asInt()).isEqualTo(100);
        assertThat(rig.caller.get("/x?identifier=job-1").statusCode()).isEqualTo(429);
        assertThat(rig.caller.get("/x?identifier=job-1").statusCode()).isEqualTo(200);
        admin("POST", "faults", "{\"fault\":{\"kind\":\"answer\",\"status\":401,\"body\":\"\"},\"scope\":\"ALL\"}");
        assertThat(rig.caller.get("/x?identifier=job-1").statusCode()).isEqualTo(401);
        assertThat(admin("DELETE", "faults", "").statusCode()).isEqualTo(200);
        assertThat(rig.caller.get("/x?identifier=job-1").statusCode()).isEqualTo(200);
    }

    @Test
    void updateAndExitEndSessionsWithWhatIsInFlight() throws Exception {
        rig.caller.get("/x?identifier=job-1");
        assertThat(admin("POST", "exit?identifier=job-1", "").body()).isEqualTo("{\"exited\":true}");
        CompletableFuture<HttpResponse<String>> running = rig.caller.postAsync("/hold/1?identifier=job-2", "");
        rig.target.awaitHeld();
        assertThat(admin("POST", "update", "").body()).isEqualTo("{\"sessionsLost\":1}");
        assertThatThrownBy(() -> running.get(20, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
        assertThat(rig.pool.stats().allocated()).isZero();
    }

    private HttpResponse<String> admin(String method, String operation, String body) throws Exception {
        return rig.caller.send(rig.caller.to("/.local/" + operation)
                .setHeader("Authorization", "Bearer " + Rig.ADMIN_KEY)
                .method(method, BodyPublishers.ofString(body))
                .build());
    }
}
