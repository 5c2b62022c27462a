package dev.penstock.session.piston;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.penstock.contracts.Json;
import dev.penstock.contracts.LanguageRuntime;
import dev.penstock.contracts.SourceFile;
import dev.penstock.contracts.Verdict;
import dev.penstock.session.run.ProgramEnd;
import dev.penstock.session.run.ProgramRun;
import dev.penstock.session.run.RunnerFailure;
import dev.penstock.session.run.StageLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against Pistons that do what real ones do rarely. */
@SuppressWarnings("NullAway.Init") // JUnit sets the fields before each test
class PistonEngineTest {
    private static final Duration OVERHEAD = Duration.ofMillis(300);
    private static final String OK = "{\"run\":{\"stdout\":\"\",\"stderr\":\"\",\"code\":0,\"signal\":null}}";

    private interface Answer {
        void to(HttpExchange exchange, JsonNode request) throws IOException;
    }

    private final AtomicReference<Answer> answer = new AtomicReference<>();
    private final AtomicReference<String> versions = new AtomicReference<>("3.9.4");
    private final List<JsonNode> requests = Collections.synchronizedList(new ArrayList<>());
    private HttpServer server;
    private PistonEngine engine;

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/api/v2/runtimes", exchange -> send(exchange, 200, "[{\"language\":\"python\","
                + "\"version\":\"" + versions.get() + "\",\"aliases\":[]}]"));
        server.createContext("/api/v2/execute", exchange -> {
            JsonNode request = Json.MAPPER.readTree(exchange.getRequestBody());
            requests.add(request);
            answer.get().to(exchange, request);
        });
        server.start();
        engine = new PistonEngine(URI.create("http://127.0.0.1:" + server.getAddress().getPort()), OVERHEAD);
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static ProgramRun program(int cases, Duration wallForAll) {
        Duration second = Duration.ofSeconds(1);
        var limits = new StageLimits(second, second, 512 << 20, 1 << 20, 1 << 20, 1 << 20, 100, 64, 64);
        return new ProgramRun(new LanguageRuntime("python", "3.9.4", List.of()),
                List.of(new SourceFile("main.py", "")),
                Collections.nCopies(cases, new ProgramRun.Case(new byte[0], List.of())), Map.of(),
                new StageLimits(Duration.ofMillis(100), second, 512 << 20, 1 << 20, 1 << 20, 1 << 20, 100, 64, 64),
                limits, wallForAll);
    }

    @Test
    void anAnswerThatStopsAfterItsHeadIsNotWaitedForForEver() {
        answer.set((exchange, _) -> exchange.sendResponseHeaders(200, 1000));

        assertThatThrownBy(() -> engine.run(program(1, Duration.ofSeconds(1)))).isInstanceOf(RunnerFailure.class)
                .hasMessageContaining("did not answer in time");
    }

    @Test
    void casesShareTheirTimeByTheClock() throws Exception {
        answer.set((exchange, request) -> {
            // Says nothing of the time that it took.
            long until = System.nanoTime() + Duration.ofMillis(250).toNanos();
            while (System.nanoTime() < until) {
                Thread.onSpinWait();
            }
            send(exchange, 200, OK);
        });

        ProgramEnd end = engine.run(program(9, Duration.ofMillis(600)));

        assertThat(end.cases()).hasSizeBetween(1, 3);
        List<Long> given = requests.stream().map(request -> request.path("run_timeout").longValue()).toList();
        assertThat(given).isSortedAccordingTo((one, other) -> Long.compare(other, one))
                .allSatisfy(ms -> assertThat(ms).isBetween(50L, 600L));
        assertThat(given.getLast()).isLessThan(400);
    }

    @Test
    void aMemoryLimitThatThePistonLoweredIsTheOneThatCounts() throws Exception {
        answer.set((exchange, request) -> {
            if (request.path("run_memory_limit").longValue() > 64 << 20) {
                send(exchange, 400,
                        "{\"message\":\"run_memory_limit cannot exceed the configured limit of 67108864\"}");
            } else {
                send(exchange, 200, "{\"run\":{\"stdout\":\"\",\"stderr\":\"\",\"code\":null,"
                        + "\"signal\":\"SIGKILL\",\"status\":\"SG\",\"memory\":67000000}}");
            }
        });

        ProgramEnd end = engine.run(program(1, Duration.ofSeconds(1)));

        assertThat(end.result().verdict()).isEqualTo(Verdict.MEMORY_LIMIT);
    }

    @Test
    void aPackageThatThePistonIsGivenLaterIsFound() throws Exception {
        versions.set("3.12.0");

        assertThat(engine.runtimes()).extracting(LanguageRuntime::version).containsExactly("3.9.4");
        assertThat(engine.lookAgain()).extracting(LanguageRuntime::version).containsExactly("3.12.0");
        assertThat(engine.runtimes()).extracting(LanguageRuntime::version).containsExactly("3.12.0");
    }
}
