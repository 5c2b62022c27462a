package dev.penstock.worker.pool;

import dev.penstock.contracts.Job;
import dev.penstock.contracts.LanguageRuntime;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Talks to one pool in its dialect. Calls block their (virtual) thread, have a deadline and never throw. */
public final class PoolClient implements PoolSessions, AutoCloseable {
    /** Of up to 300 sessions each. */
    private static final int MOST_PAGES = 40;

    private final PoolConfig config;
    private final Dialect dialect;
    private final PoolHttp http;
    private final Consumer<Refusal> refusals;
    private final Map<String, Integer> refused = new ConcurrentHashMap<>();

    /**
     * A pool that doesn't do with a session what it is asked to, and wouldn't if asked again.
     *
     * @param operation
     *            {@code stop} or {@code look}
     */
    public record Refusal(String operation, int status) {
    }

    /**
     * A client with its own connections.
     *
     * @param slots
     *            how many sessions are used at a time, which bounds the connections
     */
    public PoolClient(Vertx vertx, PoolConfig config, PoolToken token, int slots) {
        this(vertx, config, token, slots, _ -> {
        });
    }

    /**
     * The same.
     *
     * @param refusals
     *            told of each refused stop of a session or look at one
     */
    public PoolClient(Vertx vertx, PoolConfig config, PoolToken token, int slots, Consumer<Refusal> refusals) {
        this.config = config;
        this.refusals = refusals;
        // A slot runs a job and, side by side, the last one's session is stopped.
        this.http = new PoolHttp(vertx, config.endpoint(), config.connectTimeout(), token, 2 * slots + 4);
        this.dialect = switch (config.dialect()) {
            case PENSTOCK -> new PenstockDialect(config.runTime());
            case LEGACY_ADAPTER -> new LegacyAdapterDialect();
            case CODE_INTERPRETER -> new CodeInterpreterDialect(config.interpreter(), config.runTime());
        };
    }

    /**
     * Runs a job in a session, which this call brings to life.
     *
     * @param cut
     *            ends the call early; the outcome is then {@code Lost}
     */
    public Outcome execute(SessionIdentifier session, Job job, Cut cut) {
        return job.tests().isEmpty() || dialect.takesTests()
                ? executeAtOnce(session, job, cut)
                : new CaseByCase(job, config.callTimeout(), one -> executeAtOnce(session, one, cut)).run();
    }

    private Outcome executeAtOnce(SessionIdentifier session, Job job, Cut cut) {
        Optional<String> objection = dialect.objection(job);
        if (objection.isPresent()) {
            return new Outcome.Refused(objection.get());
        }
        Duration deadline = callDeadline(job);
        Answer first = http.send(dialect.execute(session, job), deadline, cut);
        Answer last = dialect.secondTry(session, job, first)
                .map(request -> http.send(request, deadline, cut))
                .orElse(first);
        return dialect.outcome(last, job);
    }

    /**
     * What the pool can run; empty when it didn't tell.
     *
     * @param session
     *            is asked for only when a session has to tell, which brings it to life
     */
    public Optional<List<LanguageRuntime>> runtimes(Supplier<Optional<SessionIdentifier>> session, Cut cut) {
        return switch (dialect.runtimes()) {
            case RuntimesSource.Fixed(List<LanguageRuntime> runtimes) -> Optional.of(runtimes);
            case RuntimesSource.Session(var request, var read) -> session.get()
                    .flatMap(id -> http.send(request.apply(id), config.controlTimeout(),
                            cut) instanceof Answer.Complete answer ? read.apply(answer) : Optional.empty());
        };
    }

    @Override
    public boolean stop(SessionIdentifier session) {
        Answer answer = control(dialect.stop(session));
        return granted("stop", answer) || unknown(answer);
    }

    @Override
    public boolean isGone(SessionIdentifier session) {
        Answer answer = control(dialect.look(session));
        granted("look", answer);
        return unknown(answer);
    }

    /** Why sessions can't be ended just now, as a sentence for operators; empty while they can, as far as we know. */
    public Optional<String> objection() {
        return refused.entrySet()
                .stream()
                .findAny()
                .map(last -> "the pool refuses to " + last.getKey() + (last.getKey().equals("look") ? " at" : "")
                        + " sessions (" + last.getValue() + "): slots wait until their sessions must have idled out");
    }

    /** What a pool tells of us when it is asked without a job. */
    public enum Word {
        LET_IN, DENIED,
        /** It can't be asked so, or not now. */
        NONE
    }

    /** Asks whether the pool lets us in, by a request that starts no session. If so, no older denial is believed. */
    public Word word() {
        if (!(control(dialect.list(0)) instanceof Answer.Complete answer)) {
            return Word.NONE;
        }
        if (answer.success()) {
            refused.values().removeIf(PoolClient::isDenial);
            return Word.LET_IN;
        }
        return isDenial(answer.status()) ? Word.DENIED : Word.NONE;
    }

    private static boolean isDenial(int status) {
        return status == 401 || status == 403;
    }

    private boolean unknown(Answer answer) {
        return answer instanceof Answer.Complete complete && PlatformAnswer.sessionUnknown(complete);
    }

    /** Whether the pool did as it was asked to. Remembers and tells when it never will. */
    private boolean granted(String operation, Answer answer) {
        if (!(answer instanceof Answer.Complete complete)) {
            return false;
        }
        int status = complete.status();
        // A stop of a session that never was may find nothing; of a wrong path, the look tells as well.
        boolean nothingToStop = operation.equals("stop") && status == 404;
        boolean forGood = status >= 300 && status < 500 && status != 408 && status != 429 && !nothingToStop;
        if (complete.success() || unknown(answer)) {
            refused.remove(operation);
        } else if (forGood) {
            refused.put(operation, status);
            refusals.accept(new Refusal(operation, status));
        }
        return complete.success();
    }

    /** Pages are asked for by our own skip: the pool's next link lacks the API version and could lead anywhere. */
    @Override
    public Optional<List<SessionIdentifier>> list() {
        List<SessionIdentifier> sessions = new ArrayList<>();
        int skip = 0;
        for (int page = 0; page < MOST_PAGES; page++) {
            Optional<SessionList> read = SessionList.read(control(dialect.list(skip)));
            if (read.isEmpty()) {
                return Optional.empty();
            }
            if (read.get().entries() == 0) {
                break;
            }
            sessions.addAll(read.get().sessions());
            skip += read.get().entries();
        }
        return Optional.of(sessions);
    }

    @Override
    public void close() {
        http.close();
    }

    private Answer control(PoolRequest request) {
        return http.send(request, config.controlTimeout(), new Cut());
    }

    private Duration callDeadline(Job job) {
        Long wallTime = job.program().limits().wallTimeMs();
        if (wallTime == null) {
            return config.callTimeout();
        }
        long runs = dialect.takesTests() ? Math.max(1, job.tests().size()) : 1;
        long mostMs = config.callTimeout().toMillis();
        Duration wanted = config.callOverhead().plusMillis(Math.min(Math.min(wallTime, mostMs) * runs, mostMs));
        return wanted.compareTo(config.callTimeout()) < 0 ? wanted : config.callTimeout();
    }
}
