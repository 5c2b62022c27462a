package dev.penstock.worker.pool;

import dev.penstock.contracts.Job;
import dev.penstock.contracts.LanguageRuntime;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Talks to one pool in its dialect. Calls block their (virtual) thread, have a deadline and never throw. */
public final class PoolClient implements PoolSessions, AutoCloseable {
    /** Of up to 300 sessions each. */
    private static final int MOST_PAGES = 40;

    private final PoolConfig config;
    private final Dialect dialect;
    private final PoolHttp http;

    /**
     * A client with its own connections.
     *
     * @param slots
     *            how many sessions are used at a time, which bounds the connections
     */
    public PoolClient(Vertx vertx, PoolConfig config, PoolToken token, int slots) {
        this.config = config;
        // A slot runs a job and, side by side, the last one's session is stopped.
        this.http = new PoolHttp(vertx, config.endpoint(), config.connectTimeout(), token, 2 * slots + 4);
        this.dialect = switch (config.dialect()) {
            case PENSTOCK -> new PenstockDialect(config.runTime());
            case LEGACY_ADAPTER -> new LegacyAdapterDialect();
            case CODE_INTERPRETER -> new CodeInterpreterDialect(config.interpreter());
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
        return (answer instanceof Answer.Complete complete && complete.success())
                || PlatformAnswer.sessionUnknown(answer);
    }

    @Override
    public boolean isGone(SessionIdentifier session) {
        return PlatformAnswer.sessionUnknown(control(dialect.look(session)));
    }

    /** Pages are asked for by our own skip: the pool's next link lacks the API version and could lead anywhere. */
    @Override
    public List<SessionIdentifier> list() {
        List<SessionIdentifier> sessions = new ArrayList<>();
        int skip = 0;
        for (int page = 0; page < MOST_PAGES; page++) {
            Optional<SessionList> read = SessionList.read(control(dialect.list(skip)));
            if (read.isEmpty() || read.get().entries() == 0) {
                break;
            }
            sessions.addAll(read.get().sessions());
            skip += read.get().entries();
        }
        return sessions;
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
