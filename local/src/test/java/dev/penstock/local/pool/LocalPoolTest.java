package dev.penstock.local.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.Json;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class LocalPoolTest {
    private final Rig rig = new Rig(PoolSettings.of(2));
    private final LocalPool pool = rig.pool;
    private final Target target = rig.target;
    private final Caller caller = rig.caller;

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void methodPathQueryHeadersAndBodyReachTheContainerAndItsAnswerComesBack() throws Exception {
        HttpRequest request = caller.to("/python/execute%2Fx?identifier=job-1&a=b%20c;d")
                .method("PUT", BodyPublishers.ofString("body"))
                .header("X-Mine", "kept")
                .build();
        HttpResponse<String> answer = caller.send(request);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("PUT /python/execute%2Fx?identifier=job-1&a=b%20c;d\nbody");
        assertThat(answer.headers().firstValue("Echo-X-Mine")).contains("kept");
        assertThat(answer.headers().firstValue("Echo-X-Forwarded-Proto")).contains("http");
        assertThat(answer.headers().firstValue("Echo-Authorization")).as("the pool's token").isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 302, 400, 404, 429, 500, 503})
    void theContainersOwnAnswerPassesUnchanged(int status) throws Exception {
        HttpResponse<String> answer = caller.get("/status/" + status + "?identifier=job-1");
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("X-Own")).contains("yes");
        assertThat(answer.body()).isEqualTo(status == 204 ? "" : "own answer");
        rig.awaitAnswered(AnswerKind.FORWARDED, 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Bearer wrong", "Bearer ", "Basic the-token", "the-token"})
    void withoutTheTokenNothingIsForwarded(String authorization) throws Exception {
        HttpRequest request = caller.to("/x?identifier=job-1").setHeader("Authorization", authorization).build();
        assertThat(caller.send(request).statusCode()).isEqualTo(401);
        assertThat(pool.stats().allocated()).isZero();
        rig.awaitAnswered(AnswerKind.UNAUTHORIZED, 1);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            /x,                                     SessionRequestValidationFailed
            /x?identifier=,                         SessionRequestValidationFailed
            /x?identifier=job-1&identifier=job-2,   SessionRequestValidationFailed
            /x?identifier=job_1,                    SessionRequestValidationFailed
            /x?identifier=job%201,                  SessionRequestValidationFailed
            /x?identifier=j%C3%B6b1,                SessionRequestValidationFailed
            /x?identifier=abc,                      InvalidLengthOfSessionIdentifier
            """)
    void anIllegalIdentifierIsRefused(String uri, String code) throws Exception {
        Rig.assertRefused(caller.get(uri), code);
        assertThat(pool.stats().allocated()).isZero();
    }

    @Test
    void anIdentifierMayHaveFrom4To128CharactersWithTheDocumentedSigns() throws Exception {
        assertThat(caller.get("/x?identifier=a;b%3B%26%7C%25").statusCode()).isEqualTo(200);
        assertThat(caller.get("/x?identifier=" + "a".repeat(128)).statusCode()).isEqualTo(200);
        Rig.assertRefused(caller.get("/x?identifier=" + "a".repeat(129)), "InvalidLengthOfSessionIdentifier");
    }

    @Test
    void aFullPoolAnswers429WithTheAllocatorsTextUntilASessionHasIdledForTheCooldown() throws Exception {
        caller.get("/x?identifier=job-1");
        caller.get("/x?identifier=job-2");
        HttpResponse<String> full = caller.get("/x?identifier=job-3");
        assertThat(full.statusCode()).isEqualTo(429);
        assertThat(full.body()).isEqualTo("Error happened when allocating pod for identifier job-3 in pool local");
        assertThat(full.headers().firstValue("Retry-After")).isEmpty();
        assertThat(caller.get("/x?identifier=job-1").statusCode()).as("a known session").isEqualTo(200);
        rig.pass(Duration.ofMinutes(5));
        assertThat(caller.get("/x?identifier=job-3").statusCode()).isEqualTo(200);
        rig.awaitAnswered(AnswerKind.FULL, 1);
    }

    @Test
    void stoppingASessionFreesItsSlot() throws Exception {
        caller.get("/x?identifier=job-1");
        caller.get("/x?identifier=job-2");
        HttpResponse<String> stopped = caller.manage("stopSession", "&identifier=job-1");
        assertThat(stopped.statusCode()).isEqualTo(200);
        assertThat(stopped.headers().firstValue("Content-Type").orElse("")).startsWith("text/plain");
        assertThat(stopped.body()).isEqualTo("Session job-1 in session pool local stopped.");
        Rig.assertRefused(caller.manage("getSession", "&identifier=job-1"), "SessionWithIdentifierNotFound");
        Rig.assertRefused(caller.manage("stopSession", "&identifier=job-1"), "SessionWithIdentifierNotFound");
        assertThat(caller.get("/x?identifier=job-3").statusCode()).isEqualTo(200);
    }

    @Test
    void getSessionShowsASessionAndDoesNotKeepItAlive() throws Exception {
        caller.get("/x?identifier=job-1");
        rig.pass(Duration.ofSeconds(200));
        JsonNode session = Json.MAPPER.readTree(caller.manage("getSession", "&identifier=job-1").body());
        assertThat(session.get("identifier").asText()).isEqualTo("job-1");
        assertThat(session.get("etag").asText()).isNotEmpty();
        assertThat(session.get("createdAt").asText()).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(session.get("lastAccessedAt").asText()).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(session.get("expiresAt").asText()).isEqualTo("2026-01-01T00:05:00Z");
        rig.pass(Duration.ofSeconds(100));
        Rig.assertRefused(caller.manage("getSession", "&identifier=job-1"), "SessionWithIdentifierNotFound");
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            GET,  /.management/getSession?identifier=job-1&api-version=2025-10-02-preview,  SessionRequestNotSupported
            POST, /.management?api-version=2025-10-02-preview,                              SessionRequestNotSupported
            POST, /.management/other?api-version=2025-10-02-preview,                        SessionRequestNotSupported
            POST, /.management/getSession?identifier=job-1,                                 SessionRequestValidationFailed
            POST, /.management/getSession?identifier=job-1&api-version=new,                 SessionRequestValidationFailed
            POST, /.management/stopSession?api-version=2025-10-02-preview,                  SessionRequestValidationFailed
            POST, /.management/listSessions?skip=-1&api-version=2025-10-02-preview,         SessionRequestValidationFailed
            POST, /.management/getSession?identifier=job-1&api-version=2025-10-02-preview,  SessionWithIdentifierNotFound
            TRACE, /x?identifier=job-1,                                                     SessionRequestNotSupported
            """)
    void whatManagementDoesNotSupportIsRefusedAndNeverForwarded(String method, String uri, String code)
            throws Exception {
        Rig.assertRefused(caller.send(caller.to(uri).method(method, BodyPublishers.noBody()).build()), code);
        assertThat(pool.stats().answered(AnswerKind.FORWARDED)).isZero();
        assertThat(pool.stats().allocated()).isZero();
    }

    @Test
    void stoppingASessionCutsItsRequestsOnBothSides() throws Exception {
        CompletableFuture<HttpResponse<String>> running = caller.postAsync("/hold/1?identifier=job-1", "");
        target.awaitHeld();
        assertThat(pool.stats().executing()).isEqualTo(1);
        assertThat(caller.manage("stopSession", "&identifier=job-1").statusCode()).isEqualTo(200);
        assertThat(target.awaitDropped()).isEqualTo("/hold/1");
        assertThatThrownBy(() -> running.get(20, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
        rig.awaitAnswered(AnswerKind.CUT, 1);
        assertThat(pool.stats().executing()).isZero();
    }

    @Test
    void aCallerWhoLeavesBreaksOffTheRequestToTheContainerAndKeepsTheSession() throws Exception {
        CompletableFuture<HttpResponse<String>> running;
        try (Caller leaving = new Caller(pool.endpoint())) {
            running = leaving.postAsync("/hold/1?identifier=job-1", "");
            target.awaitHeld();
        }
        assertThatThrownBy(() -> running.get(20, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
        assertThat(target.awaitDropped()).isEqualTo("/hold/1");
        rig.awaitAnswered(AnswerKind.ABANDONED, 1);
        assertThat(pool.stats().executing()).isZero();
        assertThat(pool.stats().allocated()).isEqualTo(1);
    }

    @Test
    void twoFirstRequestsOfOneIdentifierShareASessionAndRunAtTheSameTime() throws Exception {
        CompletableFuture<HttpResponse<String>> first = caller.postAsync("/hold/1?identifier=job-1", "");
        CompletableFuture<HttpResponse<String>> second = caller.postAsync("/hold/2?identifier=job-1", "");
        target.awaitHeld().response().end("done");
        target.awaitHeld().response().end("done");
        assertThat(first.get(20, TimeUnit.SECONDS).body()).isEqualTo("done");
        assertThat(second.get(20, TimeUnit.SECONDS).body()).isEqualTo("done");
        assertThat(pool.stats().peakAllocated()).isEqualTo(1);
    }

    @Test
    void aContainerThatDoesNotListenGives502() throws Exception {
        target.close();
        assertThat(caller.get("/x?identifier=job-1").statusCode()).isEqualTo(502);
        rig.awaitAnswered(AnswerKind.UNREACHABLE, 1);
    }

    @Test
    void theFirstRequestsForNewSessionsCanBeRefusedOnPurpose() throws Exception {
        caller.get("/x?identifier=job-1");
        pool.faults().add(FaultRule.next(2, new Fault.Busy(429)));
        assertThat(caller.get("/x?identifier=job-1").statusCode()).as("a known session").isEqualTo(200);
        assertThat(caller.get("/x?identifier=job-2").statusCode()).isEqualTo(429);
        assertThat(caller.get("/x?identifier=job-2").body())
                .isEqualTo("Error happened when allocating pod for identifier job-2 in pool local");
        assertThat(caller.get("/x?identifier=job-2").statusCode()).isEqualTo(200);
        rig.awaitAnswered(AnswerKind.INJECTED, 2);
        assertThat(pool.stats().answered(AnswerKind.FULL)).isZero();
    }

    @Test
    void aListOfSessionsComesInPagesOf300WhoseLinksLackTheApiVersion() throws Exception {
        pool.change(pool.settings().withSessions(400, 1));
        for (int job = 0; job < 301; job++) {
            caller.get("/x?identifier=job-" + job);
        }
        JsonNode first = Json.MAPPER.readTree(caller.manage("listSessions", "&skip=0").body());
        assertThat(first.get("value")).hasSize(300);
        assertThat(first.get("count").asInt()).isEqualTo(300);
        assertThat(first.at("/value/0/identifier").asText()).isEqualTo("job-0");
        assertThat(first.get("nextLink").asText()).isEqualTo(pool.endpoint() + "/.management/listSessions?skip=300");
        JsonNode last = Json.MAPPER.readTree(caller.manage("listSessions", "&skip=300").body());
        assertThat(last.findValuesAsText("identifier")).containsExactly("job-300");
        assertThat(last.has("nextLink")).isTrue();
        assertThat(last.get("nextLink").isNull()).isTrue();
    }

    @Test
    void theResourceManagersDescriptionShowsTheSettingsInForce() throws Exception {
        String path = "/subscriptions/s/resourceGroups/g/providers/Microsoft.App/sessionPools/";
        pool.change(pool.settings().withSessions(7, 2).withCooldown(Duration.ofMillis(1500)));
        JsonNode shown = Json.MAPPER.readTree(caller.get(path + "local?api-version=2025-07-01").body());
        JsonNode properties = shown.get("properties");
        assertThat(properties.at("/scaleConfiguration/maxConcurrentSessions").asInt()).isEqualTo(7);
        assertThat(properties.at("/scaleConfiguration/readySessionInstances").asInt()).isEqualTo(2);
        assertThat(properties.at("/dynamicPoolConfiguration/lifecycleConfiguration/cooldownPeriodInSeconds").asInt())
                .isEqualTo(2);
        assertThat(properties.get("poolManagementEndpoint").asText()).isEqualTo(pool.endpoint());
        assertThat(caller.get(path + "other?api-version=2025-07-01").statusCode()).isEqualTo(404);
    }

    @Test
    void closingTwiceIsHarmless() {
        pool.close();
        pool.close();
        assertThatThrownBy(() -> caller.get("/x?identifier=job-1")).isInstanceOf(IOException.class);
    }

    @Test
    void theContainerGetsItsOwnTokenInPlaceOfTheCallers() throws Exception {
        var container = new ContainerAddress(target.url(), Optional.of("container-token"));
        var config = new PoolConfig("127.0.0.1", 0, "local", Caller.TOKEN, container, Optional.empty(),
                PoolSettings.of(2), List.of(), OptionalLong.empty());
        try (LocalPool guarded = LocalPool.start(rig.vertx, config, new PoolEvents())) {
            HttpResponse<String> answer = new Caller(guarded.endpoint()).get("/x?identifier=job-1");
            assertThat(answer.headers().firstValue("Echo-Authorization")).contains("Bearer container-token");
        }
    }

    @Test
    void aPoolThatCannotListenSaysWhere() {
        var taken = new PoolConfig("127.0.0.1", pool.port(), "local", Caller.TOKEN, ContainerAddress.open(target.url()),
                Optional.empty(),
                PoolSettings.of(2), List.of(), OptionalLong.empty());
        assertThatThrownBy(() -> LocalPool.start(rig.vertx, taken, new PoolEvents()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("listen on 127.0.0.1:" + pool.port());
    }
}
