package dev.penstock.session.piston;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.penstock.contracts.Json;
import dev.penstock.contracts.LanguageRuntime;
import dev.penstock.contracts.Verdict;
import dev.penstock.session.run.Engine;
import dev.penstock.session.run.ProgramEnd;
import dev.penstock.session.run.ProgramRefusedException;
import dev.penstock.session.run.ProgramRun;
import dev.penstock.session.run.RunnerFailure;
import dev.penstock.session.run.StageEnd;
import dev.penstock.session.run.StageLimits;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Programs are run by a Piston. Each case is a call of its own, which compiles again: Piston keeps nothing between calls.
 * Its configured limits are obeyed as it tells them: a limit that it finds too high is lowered to what it names.
 */
public final class PistonEngine implements Engine {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    /** Piston queues without bound and answers when it is done; this is for that and for the way there and back. */
    private static final Duration OVERHEAD = Duration.ofSeconds(15);
    private static final Pattern TOO_HIGH = Pattern.compile("(\\w+) cannot exceed the configured limit of (\\d+)");
    private static final int MAX_LOWERINGS = 6;
    /** Of an answer: more than any Piston sends that keeps its own output limit. */
    private static final long MAX_ANSWER_BYTES = 64 << 20;

    private final URI base;
    private final Duration overhead;
    private final HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT).build();
    private volatile List<LanguageRuntime> runtimes;

    /**
     * Asks Piston for its runtimes.
     *
     * @param base
     *            without the {@code /api/v2}
     * @throws IOException
     *             if it doesn't answer as a Piston does
     */
    public PistonEngine(URI base) throws IOException, InterruptedException {
        this(base, OVERHEAD);
    }

    PistonEngine(URI base, Duration overhead) throws IOException, InterruptedException {
        this.base = base;
        this.overhead = overhead;
        this.runtimes = fetchRuntimes();
    }

    private List<LanguageRuntime> fetchRuntimes() throws IOException, InterruptedException {
        HttpResponse<byte[]> response = exchange(HttpRequest.newBuilder(URI.create(base + "/api/v2/runtimes")).build(),
                overhead);
        if (response.statusCode() != 200) {
            throw new IOException("GET /api/v2/runtimes of the Piston answered " + response.statusCode());
        }
        return List.copyOf(Json.MAPPER.readValue(response.body(), new TypeReference<>() {
        }));
    }

    @Override
    public List<LanguageRuntime> runtimes() {
        return runtimes;
    }

    /** A Piston is given packages while it runs. */
    @Override
    public List<LanguageRuntime> lookAgain() throws InterruptedException {
        try {
            runtimes = fetchRuntimes();
            return runtimes;
        } catch (IOException away) {
            return runtimes;
        }
    }

    @Override
    public String isolation() {
        return "piston: as that Piston isolates";
    }

    @Override
    public ProgramEnd run(ProgramRun program) throws RunnerFailure, InterruptedException {
        if (!program.environment().isEmpty()) {
            throw new ProgramRefusedException("Piston takes no environment variables: send the request without env");
        }
        StageEnd compile = null;
        List<StageEnd> ends = new ArrayList<>();
        long started = System.nanoTime();
        for (ProgramRun.Case one : program.cases()) {
            Duration left = program.wallForAll().minusNanos(System.nanoTime() - started);
            if (left.compareTo(ProgramRun.LEAST_FOR_A_CASE) < 0) {
                break;
            }
            StageLimits limits = program.runLimits().withinWall(left).keeping(one.keepBytes());
            ObjectNode request = PistonStage.request(program, one, limits);
            JsonNode answer = execute(request, program.compileLimits().wall().plus(limits.wall()).plus(overhead));
            compile = PistonStage.parse(answer.get("compile"), request.get("compile_memory_limit").longValue(),
                    program.compileLimits().keptBytes());
            if (compile != null && compile.verdict() != Verdict.OK) {
                return new ProgramEnd(compile, List.of());
            }
            StageEnd run = PistonStage.parse(answer.get("run"), request.get("run_memory_limit").longValue(),
                    limits.keptBytes());
            if (run == null) {
                throw new RunnerFailure("the Piston answered without a run");
            }
            ends.add(run);
        }
        return new ProgramEnd(compile, ends);
    }

    /** Lowers the request's limits where the Piston's are lower. */
    private JsonNode execute(ObjectNode request, Duration within) throws RunnerFailure, InterruptedException {
        long started = System.nanoTime();
        try {
            for (int lowered = 0; lowered <= MAX_LOWERINGS; lowered++) {
                HttpResponse<byte[]> response = exchange(post(request), within.minusNanos(System.nanoTime() - started));
                JsonNode body = parse(response.body());
                if (response.statusCode() == 200 && body != null) {
                    return body;
                }
                lowerOrThrow(request, response.statusCode(), body);
            }
            throw new RunnerFailure("the Piston refused every limit");
        } catch (IOException failed) {
            throw new RunnerFailure("the Piston could not be reached or did not answer in time", failed);
        }
    }

    /** The whole answer in that time: a request's own time-out ends when the head has come. */
    private HttpResponse<byte[]> exchange(HttpRequest request, Duration within)
            throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<byte[]>> answer = client.sendAsync(request, boundedBody());
        try {
            return answer.get(within.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            throw new IOException(failed.getCause());
        } catch (TimeoutException late) {
            throw new IOException("no answer within " + within, late);
        } finally {
            answer.cancel(true);
        }
    }

    private static HttpResponse.BodyHandler<byte[]> boundedBody() {
        return HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(), MAX_ANSWER_BYTES);
    }

    private HttpRequest post(ObjectNode request) throws IOException {
        return HttpRequest.newBuilder(URI.create(base + "/api/v2/execute"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(Json.MAPPER.writeValueAsBytes(request)))
                .build();
    }

    private static @Nullable JsonNode parse(byte[] body) {
        try {
            return Json.MAPPER.readTree(body);
        } catch (IOException notJson) {
            return null;
        }
    }

    private static void lowerOrThrow(ObjectNode request, int status, @Nullable JsonNode body) throws RunnerFailure {
        if (status != 400 || body == null) {
            throw new RunnerFailure("the Piston answered " + status);
        }
        if (body.has("stack")) {
            throw new ProgramRefusedException("the Piston can't read a request of this size: send less than 100 kB");
        }
        String message = body.path("message").asText();
        Matcher tooHigh = TOO_HIGH.matcher(message);
        if (!tooHigh.find() || !request.has(tooHigh.group(1))) {
            throw new ProgramRefusedException("the Piston refused the program: " + message);
        }
        request.put(tooHigh.group(1), Long.parseLong(tooHigh.group(2)));
    }
}
