package dev.penstock.session;

import dev.penstock.contracts.LanguageRuntime;
import dev.penstock.session.http.Connections;
import dev.penstock.session.http.Execution;
import dev.penstock.session.http.Guard;
import dev.penstock.session.http.LimitPolicy;
import dev.penstock.session.http.SessionApi;
import dev.penstock.session.language.Language;
import dev.penstock.session.piston.PistonEngine;
import dev.penstock.session.run.Engine;
import dev.penstock.session.run.MachineMemory;
import dev.penstock.session.run.RunLine;
import dev.penstock.session.run.Runner;
import dev.penstock.session.run.Sandboxed;
import dev.penstock.session.run.Toolchains;
import dev.penstock.session.sandbox.Home;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A running session container: start here. A request comes in by {@link SessionApi}, becomes a
 * {@code ProgramRun} in {@link Execution}, and is run stage by stage by the {@link Engine}.
 */
public final class SessionContainer implements AutoCloseable {
    private static final int STAGES_PER_PROGRAM = 2;
    private static final long START_SECONDS = 30;
    /** Callers that wait longer have given up by then, or are better off elsewhere. */
    private static final Duration LINE_PATIENCE = Duration.ofMinutes(2);
    /** To make a sandbox, and to remove what a program left, at the worst. */
    private static final Duration ASIDE = Duration.ofMinutes(2);
    /** Clients keep connections that they don't use for up to a minute. */
    private static final Duration IDLE = Duration.ofSeconds(60);

    private final Vertx vertx;
    private final HttpServer server;
    private final SessionApi api;
    private final Home home;

    private SessionContainer(Vertx vertx, HttpServer server, SessionApi api, Home home) {
        this.vertx = vertx;
        this.server = server;
        this.api = api;
        this.home = home;
    }

    /**
     * Picks a sandbox, looks for languages, listens.
     *
     * @throws NoIsolationException
     *             if no sandbox works here and the configuration doesn't say that it must go without
     * @throws UncheckedIOException
     *             if the folder can't be made, the Piston doesn't answer, or the port can't be had
     */
    public static SessionContainer start(SessionConfig config) throws InterruptedException {
        var events = new SessionEvents();
        try {
            Home home = Home.create(config.folder(), config.firstUid(), config.concurrency() * STAGES_PER_PROGRAM,
                    events::folderLeftBehind);
            try {
                return start(config, home, events);
            } catch (IOException | RuntimeException | InterruptedException failed) {
                home.close();
                throw failed;
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static SessionContainer start(SessionConfig config, Home home, SessionEvents events)
            throws InterruptedException, IOException {
        MachineMemory machine = MachineMemory.here();
        Engine engine = engine(config, home, machine, events);
        LimitPolicy limits = ProgramLimits.of(config, Runtime.getRuntime().maxMemory(), machine, events);
        var line = new RunLine(config.concurrency(), config.line(), LINE_PATIENCE);
        var execution = new Execution(engine, line, limits, events);
        var guard = new Guard(config.host(), config.token());
        Vertx vertx = Vertx.vertx();
        try {
            var connections = new Connections(vertx, config.patience(), IDLE.plus(config.patience()));
            var api = new SessionApi(execution, guard, connections, events, config.maxBodyBytes());
            HttpServer server = listen(vertx, config, api, connections);
            events.started(server.actualPort(), engine.isolation(), engine.runtimes()
                    .stream()
                    .map(LanguageRuntime::language)
                    .collect(Collectors.joining(",")));
            return new SessionContainer(vertx, server, api, home);
        } catch (IOException | RuntimeException failed) {
            closeVertx(vertx);
            throw failed;
        }
    }

    private static HttpServer listen(Vertx vertx, SessionConfig config, SessionApi api, Connections connections)
            throws IOException {
        try {
            var options = new HttpServerOptions().setHost(config.host())
                    .setPort(config.port())
                    .setHandle100ContinueAutomatically(true)
                    .setIdleTimeout(Math.toIntExact(longest(config.run()).toSeconds()));
            return vertx.createHttpServer(options)
                    .connectionHandler(connections::opened)
                    .requestHandler(api.router(vertx))
                    .invalidRequestHandler(api::refuseUnreadable)
                    .listen()
                    .await(START_SECONDS, TimeUnit.SECONDS);
        } catch (Exception failed) {
            throw new IOException("could not listen on " + config.host() + ":" + config.port()
                    + "; is something else there?", failed);
        }
    }

    /** How long a connection may be silent: for as long as a program may wait and take. */
    private static Duration longest(SessionConfig.RunSettings run) {
        return LINE_PATIENCE.plus(run.compileWallTime()).plus(run.maxWallTime()).plus(ASIDE);
    }

    private static Engine engine(SessionConfig config, Home home, MachineMemory machine, SessionEvents events)
            throws InterruptedException, IOException {
        if (config.piston().isPresent()) {
            return new PistonEngine(config.piston().get());
        }
        Sandboxed sandboxed = new SandboxChoice(home, machine, events).choose(config.isolation(), config.unsafe());
        return new Runner(sandboxed, new Toolchains(sandboxed).find(Language.all()));
    }

    /** The port that it listens on. */
    public int port() {
        return server.actualPort();
    }

    /** Stops listening, kills what runs and removes what it made. */
    @Override
    public void close() {
        // Open requests are answered first: the server closes gracefully, which is as slow as the slowest of them.
        try {
            api.killAll();
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
        closeVertx(vertx);
        home.close();
    }

    private static void closeVertx(Vertx vertx) {
        vertx.close().await();
    }
}
