package dev.penstock.worker;

import dev.penstock.contracts.Json;
import dev.penstock.contracts.Output;
import dev.penstock.contracts.ProgramResult;
import dev.penstock.contracts.SessionProtocol;
import dev.penstock.contracts.StageResult;
import dev.penstock.contracts.Verdict;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * A session pool of unlimited size whose container prints a program's text back, on real HTTP. It counts live sessions
 * and does instead what it is told to. Runs on one event loop.
 */
public final class StubPool implements AutoCloseable {
    /** Every token that starts so is let in. */
    public static final String TOKEN = "stub-token";
    private static final int PAGE = 3;
    private final Vertx vertx;
    private final HttpServer server;
    private final Set<String> live = new HashSet<>();
    private final ArrayDeque<Consumer<HttpServerRequest>> instead = new ArrayDeque<>();
    private final List<Runnable> held = new ArrayList<>();
    private final List<String> executed = new CopyOnWriteArrayList<>();
    private BooleanSupplier insteadHolds = () -> false;
    private Consumer<HttpServerRequest> insteadAnswer = _ -> {
    };
    private final Set<String> usedSlots = new HashSet<>();
    private Duration length = Duration.ZERO;
    private int peak;
    private boolean holding;
    private boolean deafToStops;
    private int refusedTokens;

    private StubPool(Vertx vertx, HttpServer server) {
        this.vertx = vertx;
        this.server = server;
    }

    /** Starts on a free port. */
    public static StubPool start(Vertx vertx) {
        return start(vertx, 0);
    }

    static StubPool start(Vertx vertx, int port) {
        HttpServer server = vertx.createHttpServer();
        StubPool pool = new StubPool(vertx, server);
        server.requestHandler(request -> request.body().onSuccess(body -> pool.answer(request, body)));
        server.listen(port, "127.0.0.1").await();
        return pool;
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.actualPort());
    }

    /** What the next execute requests get instead of an honest answer, one each. */
    public synchronized void insteadNext(Consumer<HttpServerRequest> answer) {
        instead.add(answer);
    }

    /** What every execute request gets as long as that holds. */
    public synchronized void insteadWhile(BooleanSupplier holds, Consumer<HttpServerRequest> answer) {
        insteadHolds = holds;
        insteadAnswer = answer;
    }

    /** How long a program takes from now on. */
    public synchronized void takes(Duration time) {
        length = time;
    }

    /** Forgets which slots were used. */
    public synchronized void forgetUse() {
        usedSlots.clear();
    }

    /** How many different slots were used. */
    public synchronized int usedSlots() {
        return usedSlots.size();
    }

    /** Keeps the answers to execute requests back until {@link #letGo}. */
    public synchronized void hold() {
        holding = true;
    }

    public void letGo() {
        List<Runnable> due;
        synchronized (this) {
            holding = false;
            due = List.copyOf(held);
            held.clear();
        }
        due.forEach(Runnable::run);
    }

    /** Stops are accepted and forgotten. */
    public synchronized void ignoreStops(boolean ignored) {
        deafToStops = ignored;
    }

    /** The next requests are answered 401, whatever token they carry. */
    public synchronized void refuseTokens(int times) {
        refusedTokens = times;
    }

    /** A session that somebody left behind. */
    public synchronized void leaveBehind(String session) {
        live.add(session);
    }

    public synchronized int live() {
        return live.size();
    }

    public synchronized Set<String> liveSessions() {
        return Set.copyOf(live);
    }

    public synchronized int peak() {
        return peak;
    }

    public synchronized int waiting() {
        return held.size();
    }

    /** Ids of the jobs whose execute requests arrived, in order. */
    public List<String> executed() {
        return executed;
    }

    @Override
    public void close() {
        server.close().await();
    }

    private synchronized void answer(HttpServerRequest request, Buffer body) {
        if (refusedTokens > 0 || !String.valueOf(request.getHeader("Authorization")).startsWith("Bearer " + TOKEN)) {
            refusedTokens = Math.max(0, refusedTokens - 1);
            request.response().setStatusCode(401).end();
            return;
        }
        String session = Optional.ofNullable(request.getParam("identifier")).orElse("");
        switch (Objects.requireNonNull(request.path())) {
            case "/.management/stopSession" -> {
                if (!deafToStops) {
                    live.remove(session);
                }
                request.response().end("stopped");
            }
            case "/.management/listSessions" -> list(request);
            case "/.management/getSession" -> look(request, session);
            case "/runtimes" -> {
                use(session);
                marked(request).end("""
                        {"runtimes":[{"language":"python","version":"3.11.2"}],"isolation":"none"}""");
            }
            default -> execute(request, session, body);
        }
    }

    private void list(HttpServerRequest request) {
        int skip = Integer.parseInt(Objects.requireNonNull(request.getParam("skip")));
        String page = live.stream()
                .sorted()
                .skip(skip)
                .limit(PAGE)
                .map(session -> "{\"identifier\":\"" + session + "\"}")
                .collect(Collectors.joining(","));
        request.response().end("{\"value\":[" + page + "]}");
    }

    private void look(HttpServerRequest request, String session) {
        if (live.contains(session)) {
            request.response().end("{\"identifier\":\"hidden\"}");
        } else {
            request.response()
                    .setStatusCode(400)
                    .end("{\"error\":{\"code\":\"SessionWithIdentifierNotFound\",\"message\":\"\"}}");
        }
    }

    private void execute(HttpServerRequest request, String session, Buffer body) {
        SessionProtocol.Request job;
        try {
            job = Json.MAPPER.readValue(body.getBytes(), SessionProtocol.Request.class);
        } catch (IOException notOurs) {
            request.response().setStatusCode(400).end();
            return;
        }
        executed.add(job.jobId());
        Consumer<HttpServerRequest> other = insteadHolds.getAsBoolean() ? insteadAnswer : instead.poll();
        if (other != null) {
            other.accept(request);
            return;
        }
        use(session);
        if (holding) {
            held.add(() -> run(request, job));
        } else if (length.isZero()) {
            run(request, job);
        } else {
            vertx.setTimer(length.toMillis(), _ -> run(request, job));
        }
    }

    private static void run(HttpServerRequest request, SessionProtocol.Request job) {
        Output printed = Output.of(job.files().getFirst().content());
        var run = new StageResult(0, null, printed, Output.EMPTY, 1L, null, null);
        var answer = new SessionProtocol.Answer(job.jobId(), new ProgramResult(Verdict.OK, null, null, run), null);
        try {
            marked(request).end(Buffer.buffer(Json.MAPPER.writeValueAsBytes(answer)));
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private void use(String session) {
        live.add(session);
        usedSlots.add(session.replaceFirst("-[0-9a-f]+$", ""));
        peak = Math.max(peak, live.size());
    }

    private static HttpServerResponse marked(HttpServerRequest request) {
        return request.response().putHeader(SessionProtocol.MARKER_HEADER, SessionProtocol.VERSION);
    }
}
