package dev.penstock.bench.runner;

import dev.penstock.contracts.Json;
import dev.penstock.contracts.Limits;
import dev.penstock.contracts.Program;
import dev.penstock.contracts.SessionProtocol;
import dev.penstock.contracts.SourceFile;
import dev.penstock.contracts.StageResult;
import dev.penstock.session.SessionConfig;
import dev.penstock.session.SessionContainer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** A session container in this process, asked over HTTP. */
final class ContainerRuns implements AutoCloseable {
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    private final SessionContainer container;
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final byte[] body;

    /** Starts it, with as many places as lanes, so that nobody waits in its line. */
    ContainerRuns(int lanes) throws IOException, InterruptedException {
        this.body = Json.MAPPER.writeValueAsBytes(SessionProtocol.Request.of("bench", new Program("python", null,
                List.of(new SourceFile(Printing42.FILE, Printing42.CODE)), "", List.of(), Limits.NONE)));
        this.container = SessionContainer.start(SessionConfig.from(Map.of("PENSTOCK_SESSION_PORT", "0",
                "PENSTOCK_SESSION_CONCURRENCY", Integer.toString(lanes))));
    }

    /** What the container says of its sandbox. */
    String isolation() throws IOException, InterruptedException {
        byte[] answer = send(request("/runtimes").GET().build());
        return Json.MAPPER.readValue(answer, SessionProtocol.Runtimes.class).isolation();
    }

    /** So many requests by each of so many clients. */
    Measured run(int lanes, int runsEach) throws Exception {
        return Lanes.measure(Collections.<Callable<List<Duration>>>nCopies(lanes, () -> lane(runsEach)));
    }

    private List<Duration> lane(int runs) throws IOException, InterruptedException {
        HttpRequest request = request("/python/execute").header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(body))
                .build();
        var latencies = new ArrayList<Duration>();
        for (int i = 0; i < runs; i++) {
            long started = System.nanoTime();
            byte[] answer = send(request);
            latencies.add(Duration.ofNanos(System.nanoTime() - started));
            StageResult run = Json.MAPPER.readValue(answer, SessionProtocol.Answer.class).result().run();
            Printing42.check(run == null ? "nothing" : run.stdout().content());
        }
        return latencies;
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + container.port() + path)).timeout(DEADLINE);
    }

    private byte[] send(HttpRequest request) throws IOException, InterruptedException {
        var response = client.send(request, BodyHandlers.ofByteArray());
        if (response.statusCode() != 200) {
            throw new IOException("the container answered " + response.statusCode());
        }
        return response.body();
    }

    @Override
    public void close() {
        client.close();
        container.close();
    }
}
