package dev.penstock.worker.pool;

import dev.penstock.contracts.Job;
import dev.penstock.contracts.LanguageRuntime;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Talks to one pool in its dialect. Calls block their (virtual) thread, have a deadline and never throw. */
public final class PoolClient implements PoolSessions, AutoCloseable {
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
        this.http = new PoolHttp(vertx, config, token, slots);
        this.dialect = switch (config.dialect()) {
            case PENSTOCK -> new PenstockDialect();
            case LEGACY_ADAPTER -> new LegacyAdapterDialect();
        };
    }

    /**
     * Runs a job in a session, which this call brings to life.
     *
     * @param cut
     *            ends the call early; the outcome is then {@code Lost}
     */
    public Outcome execute(SessionIdentifier session, Job job, Cut cut) {
        Optional<String> objection = dialect.objection(job);
        if (objection.isPresent()) {
            return new Outcome.Refused(objection.get());
        }
        return dialect.outcome(http.send(dialect.execute(session, job), callDeadline(job), cut), job);
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
        Duration wanted = config.callOverhead().plusMillis(Math.min(wallTime, config.callTimeout().toMillis()));
        return wanted.compareTo(config.callTimeout()) < 0 ? wanted : config.callTimeout();
    }
}
