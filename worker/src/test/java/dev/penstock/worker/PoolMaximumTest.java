package dev.penstock.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.penstock.configuration.InvalidConfigurationException;
import dev.penstock.worker.events.WorkerEvents;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PoolMaximumTest {
    private static final String RESOURCE = "/subscriptions/s-1/resourceGroups/g/providers/Microsoft.App/sessionPools/p";

    private final Vertx vertx = Vertx.vertx();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private volatile int status = 200;
    private volatile String body = maximum(9);
    private final HttpServer arm = vertx.createHttpServer().requestHandler(this::answer).listen(0, "127.0.0.1").await();

    @AfterEach
    void close() {
        vertx.close().await();
    }

    @Test
    void theMaximumIsReadWithItsOwnTokenAndWinsOverTheConfiguredOne() {
        try (PoolMaximum maximum = maximum("PENSTOCK_POOL_MAX_SESSIONS", "5")) {
            assertThat(maximum.atStart()).isEqualTo(9);
            assertThat(requests).containsExactly(RESOURCE + "?api-version=2025-07-01 Bearer arm-token");
        }
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            401 | {}                                                           | role Reader
            403 | ''                                                           | role Reader
            404 | ''                                                           | check PENSTOCK_POOL_RESOURCE
            302 | ''                                                           | check PENSTOCK_ARM_ENDPOINT
            200 | {"properties":{}}                                            | tells no sensible maxConcurrentSessions
            200 | {"properties":{"scaleConfiguration":{"maxConcurrentSessions":2147483647}}} | tells no sensible
            200 | {"properties":{"scaleConfiguration":{"maxConcurrentSessions":-3}}} | tells no sensible
            200 | {"properties":{"scaleConfiguration":{"maxConcurrentSessions":"7"}}} | tells no sensible
            200 | {"properties":{"scaleConfiguration":{"maxConcurrentSessions":1}}} | PENSTOCK_POOL_HEADROOM
            """)
    void whatStandsInTheWaySaysWhatToDo(int wrongStatus, String wrongBody, String advice) {
        status = wrongStatus;
        body = wrongBody;
        try (PoolMaximum maximum = maximum()) {
            assertThatThrownBy(maximum::atStart).isInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining("PENSTOCK_POOL_MAX_SESSIONS")
                    .hasMessageContaining(advice);
        }
        assertThat(requests).hasSize(1);
        try (PoolMaximum maximum = maximum("PENSTOCK_POOL_MAX_SESSIONS", "5")) {
            assertThat(maximum.atStart()).isEqualTo(5);
        }
    }

    @Test
    void aFailureLaterKeepsTheLastMaximumAndIsToldOnce() throws Exception {
        List<Integer> changes = new CopyOnWriteArrayList<>();
        PoolMaximum maximum = maximum();
        Thread reading = Thread.ofVirtual().unstarted(() -> maximum.keepReading(changes::add));
        try (maximum) {
            maximum.atStart();
            reading.start();
            awaitMoreRequests();
            status = 503;
            awaitMoreRequests();
            assertThat(changes).isEmpty();
            status = 200;
            body = maximum(12);
            await().until(() -> changes.equals(List.of(12)));
        }
        reading.join();
        assertThat(meters.counter("penstock.worker.pool_maximum_failures").count()).isEqualTo(1);
    }

    @Test
    void theResourceMustBeAPoolAndAnEntraTokenNeverTravelsInTheClear() {
        assertThatThrownBy(() -> maximum("PENSTOCK_POOL_RESOURCE", "/subscriptions/s?x=1"))
                .hasMessageContaining("resource id");
        assertThatThrownBy(() -> maximum("PENSTOCK_ARM_TOKEN", "")).hasMessageContaining("must be https");
    }

    private void awaitMoreRequests() {
        int before = requests.size();
        await().until(() -> requests.size() > before + 2);
    }

    private PoolMaximum maximum(String... overrides) {
        Map<String, String> environment = new HashMap<>(Configs.environment(URI.create("http://127.0.0.1:1"),
                "Endpoint=sb://localhost;SharedAccessKeyName=n;SharedAccessKey=k"));
        environment.remove("PENSTOCK_SLOTS");
        environment.put("PENSTOCK_POOL_RESOURCE", RESOURCE);
        environment.put("PENSTOCK_ARM_ENDPOINT", "http://127.0.0.1:" + arm.actualPort());
        environment.put("PENSTOCK_ARM_TOKEN", "arm-token");
        environment.put("PENSTOCK_POOL_MAX_INTERVAL", "20ms");
        for (int i = 0; i < overrides.length; i += 2) {
            environment.put(overrides[i], overrides[i + 1]);
        }
        return PoolMaximum.of(vertx, WorkerConfig.from(environment), new WorkerEvents(meters)).orElseThrow();
    }

    private void answer(HttpServerRequest request) {
        requests.add(request.uri() + " " + request.getHeader("Authorization"));
        request.response().setStatusCode(status).end(body);
    }

    private static String maximum(int sessions) {
        return "{\"properties\":{\"scaleConfiguration\":{\"maxConcurrentSessions\":" + sessions + "}}}";
    }
}
