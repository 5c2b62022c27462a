package dev.penstock.session.http;

import dev.penstock.contracts.SessionProtocol;
import dev.penstock.session.SessionEvents;
import dev.penstock.session.run.ProgramRefusedException;
import dev.penstock.session.run.ProgramRun;
import dev.penstock.session.run.RunLine;
import dev.penstock.session.run.RunnerFailure;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The container's routes. Requests come in on event loops; each that runs a program gets a virtual thread, which is
 * interrupted when its client goes away.
 */
public final class SessionApi {
    private static final long CLOSE_SECONDS = 30;
    private final ExecutorService threads = Executors
            .newThreadPerTaskExecutor(Thread.ofVirtual().name("execute-", 0).factory());
    private final Execution execution;
    private final Guard guard;
    private final Connections connections;
    private final SessionEvents events;
    private final long maxBodyBytes;
    private final Replies replies;

    public SessionApi(Execution execution, Guard guard, Connections connections, SessionEvents events,
            long maxBodyBytes) {
        this.execution = execution;
        this.guard = guard;
        this.connections = connections;
        this.events = events;
        this.maxBodyBytes = maxBodyBytes;
        this.replies = new Replies(events, maxBodyBytes);
    }

    /** All routes, errors included. */
    public Router router(Vertx vertx) {
        Router router = Router.router(vertx);
        router.route().failureHandler(SessionApi::forgetHungUp).handler(connections::begun);
        router.route().handler(Replies::mark);
        giveOut(router, "/health", context -> Replies.answer(context, 200, health()));
        giveOut(router, "/ready", context -> Replies.answer(context, 200, Map.of("status", "ready")));
        router.route().handler(guard::check);
        giveOut(router, "/runtimes", context -> Replies.answer(context, 200, runtimes()));
        for (String path : List.of("/execute", "/executions", "/code/execute", "/:language/execute")) {
            takePrograms(router, path, this::azure);
        }
        giveOut(router, "/api/v2/runtimes",
                context -> Replies.answer(context, 200, PistonShape.runtimes(execution.engine().runtimes())));
        takePrograms(router, "/api/v2/execute", (_, body) -> piston(body));
        for (int status : List.of(400, 404, 405, 413, 500)) {
            router.errorHandler(status, context -> replies.fail(context, status));
        }
        return router;
    }

    /** Answers what can't be read as HTTP, before there is anything to route. */
    public void refuseUnreadable(HttpServerRequest request) {
        replies.refuseUnreadable(request);
    }

    /** Reads a body, runs what it asks for, and returns the answer's body: written here, since event loops are for all. */
    private interface Exchange {
        Buffer answer(RoutingContext context, byte[] body) throws RunnerFailure, InterruptedException;
    }

    private static void giveOut(Router router, String path, Handler<RoutingContext> handler) {
        router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD).handler(handler);
    }

    private void takePrograms(Router router, String path, Exchange exchange) {
        router.post(path).handler(guard::checkJson);
        router.post(path).handler(connections::awaitBody);
        router.post(path)
                .handler(BodyHandler.create(false).setBodyLimit(maxBodyBytes))
                .handler(context -> start(context, exchange));
    }

    private Buffer azure(RoutingContext context, byte[] body) throws RunnerFailure, InterruptedException {
        Fields whole = Fields.parse(body);
        RequestReader.namedJob(whole).ifPresent(id -> Replies.nameJob(context, id));
        Fields fields = RequestReader.unwrap(whole);
        ExecuteRequest request = RequestReader.read(fields, isCode(context) ? null : context.pathParam("language"));
        ProgramRun program = execution.resolve(request);
        return execution.execute(program,
                end -> Replies.json(Answer.write(request, program.runtime(), end, Caller.of(context))));
    }

    private Buffer piston(byte[] body) throws RunnerFailure, InterruptedException {
        ExecuteRequest request = PistonReader.read(body, execution.limits());
        if (!execution.offers(request)) {
            throw RefusedException.invalid(request.language() + "-" + request.version() + " runtime is unknown");
        }
        ProgramRun program = execution.resolve(request);
        return execution.execute(program, end -> Replies.json(PistonShape.answer(program.runtime(), end)));
    }

    /** A caller that hangs up before its request is whole is owed neither an answer nor an error in the log. */
    private static void forgetHungUp(RoutingContext context) {
        if (!(context.failure() instanceof HttpClosedException)) {
            context.next();
        }
    }

    private Map<String, Object> health() {
        return Map.of("status", "ok", "waiting", execution.waiting(), "counts", events.counts());
    }

    /** Kills what runs, and returns when nothing does any more. */
    public void killAll() throws InterruptedException {
        threads.shutdownNow();
        if (!threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
            events.leftRunning();
        }
    }

    private SessionProtocol.Runtimes runtimes() {
        return new SessionProtocol.Runtimes(execution.engine().runtimes(), execution.engine().isolation());
    }

    private void start(RoutingContext context, Exchange exchange) {
        byte[] body = Optional.ofNullable(context.body().buffer()).map(Buffer::getBytes).orElse(new byte[0]);
        Context loop = context.vertx().getOrCreateContext();
        try {
            Future<?> running = threads.submit(() -> run(context, loop, exchange, body));
            context.response().closeHandler(_ -> running.cancel(true));
        } catch (RejectedExecutionException killedAll) {
            replies.refuse(context, closing());
        }
    }

    /** {@code /code/execute} is Azure's and names no language. */
    private static boolean isCode(RoutingContext context) {
        return "/code/execute".equals(context.request().path());
    }

    private void run(RoutingContext context, Context loop, Exchange exchange, byte[] body) {
        try {
            Buffer answer = exchange.answer(context, body);
            loop.runOnContext(_ -> Replies.send(context, 200, answer));
        } catch (RefusedException refused) {
            loop.runOnContext(_ -> replies.refuse(context, refused));
        } catch (RunLine.LineFullException full) {
            loop.runOnContext(_ -> {
                context.response().putHeader("Retry-After", "1");
                replies.refuse(context, new RefusedException(429, "TooManyPrograms",
                        "as many programs run and wait here as may; send the request again in a second"));
            });
        } catch (ProgramRefusedException refused) {
            loop.runOnContext(
                    _ -> replies.refuse(context, RefusedException.invalid(String.valueOf(refused.getMessage()))));
        } catch (RunnerFailure | Error failure) {
            // An Error, too: whoever asked must not wait for ever.
            events.failed(failure);
            loop.runOnContext(_ -> replies.refuse(context, new RefusedException(503, "RunnerFailed",
                    "the program could not be run, which is not its fault; send it again, to another session")));
        } catch (InterruptedException gone) {
            events.abandoned();
            loop.runOnContext(_ -> replies.refuse(context, closing()));
        } catch (RuntimeException unforeseen) {
            loop.runOnContext(_ -> context.fail(unforeseen));
        }
    }

    private static RefusedException closing() {
        return new RefusedException(503, "Closing",
                "this container is closing; send the request again, to another session");
    }
}
