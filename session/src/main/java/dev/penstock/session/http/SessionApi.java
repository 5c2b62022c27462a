package dev.penstock.session.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.penstock.contracts.Job;
import dev.penstock.contracts.Json;
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
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The container's routes. Requests come in on event loops; each that runs a program gets a virtual thread, which is
 * interrupted when its client goes away.
 */
public final class SessionApi {
    private static final String JOB_ID = "jobId";
    private static final long CLOSE_SECONDS = 30;
    private static final Set<String> GIVEN_OUT = Set.of("/health", "/ready", "/runtimes", "/api/v2/runtimes");
    private static final Pattern TAKES_PROGRAMS = Pattern
            .compile("(/[^/]+)?/execute/?|/executions/?|/api/v2/execute/?");

    private final ExecutorService threads = Executors
            .newThreadPerTaskExecutor(Thread.ofVirtual().name("execute-", 0).factory());
    private final Execution execution;
    private final Guard guard;
    private final Connections connections;
    private final SessionEvents events;
    private final long maxBodyBytes;

    public SessionApi(Execution execution, Guard guard, Connections connections, SessionEvents events,
            long maxBodyBytes) {
        this.execution = execution;
        this.guard = guard;
        this.connections = connections;
        this.events = events;
        this.maxBodyBytes = maxBodyBytes;
    }

    /** All routes, errors included. */
    public Router router(Vertx vertx) {
        Router router = Router.router(vertx);
        router.route().failureHandler(SessionApi::forgetHungUp).handler(connections::begun);
        router.route().handler(SessionApi::mark);
        giveOut(router, "/health", context -> answer(context, 200, health()));
        giveOut(router, "/ready", context -> answer(context, 200, Map.of("status", "ready")));
        router.route().handler(guard::check);
        giveOut(router, "/runtimes", context -> answer(context, 200, runtimes()));
        for (String path : List.of("/execute", "/executions", "/code/execute", "/:language/execute")) {
            takePrograms(router, path, this::azure);
        }
        giveOut(router, "/api/v2/runtimes",
                context -> answer(context, 200, PistonShape.runtimes(execution.engine().runtimes())));
        takePrograms(router, "/api/v2/execute", (_, body) -> piston(body));
        for (int status : List.of(400, 404, 405, 413, 500)) {
            router.errorHandler(status, context -> fail(context, status));
        }
        return router;
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
        Fields fields = RequestReader.fields(body);
        RequestReader.jobId(fields).ifPresent(id -> context.put(JOB_ID, id));
        ExecuteRequest request = RequestReader.read(fields, isCode(context) ? null : context.pathParam("language"));
        ProgramRun program = execution.resolve(request);
        return execution.execute(program, end -> json(Answer.write(request, program.runtime(), end)));
    }

    private Buffer piston(byte[] body) throws RunnerFailure, InterruptedException {
        ExecuteRequest request = PistonReader.read(body, execution.limits());
        if (!execution.offers(request)) {
            throw RefusedException.invalid(request.language() + "-" + request.version() + " runtime is unknown");
        }
        ProgramRun program = execution.resolve(request);
        return execution.execute(program, end -> json(PistonShape.answer(program.runtime(), end)));
    }

    /** A caller that hangs up before its request is whole is owed neither an answer nor an error in the log. */
    private static void forgetHungUp(RoutingContext context) {
        if (!(context.failure() instanceof HttpClosedException)) {
            context.next();
        }
    }

    /** A caller that names its job in a header has it echoed by the errors, too, that come before the body is read. */
    private static void mark(RoutingContext context) {
        context.response().putHeader(SessionProtocol.MARKER_HEADER, SessionProtocol.VERSION);
        Optional.ofNullable(context.request().getHeader(SessionProtocol.JOB_HEADER))
                .filter(Job::isId)
                .ifPresent(id -> context.put(JOB_ID, id));
        context.next();
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
            refuse(context, closing());
        }
    }

    /** {@code /code/execute} is Azure's and names no language. */
    private static boolean isCode(RoutingContext context) {
        return "/code/execute".equals(context.request().path());
    }

    private void run(RoutingContext context, Context loop, Exchange exchange, byte[] body) {
        try {
            Buffer answer = exchange.answer(context, body);
            loop.runOnContext(_ -> send(context, 200, answer));
        } catch (RefusedException refused) {
            loop.runOnContext(_ -> refuse(context, refused));
        } catch (RunLine.LineFullException full) {
            loop.runOnContext(_ -> {
                context.response().putHeader("Retry-After", "1");
                refuse(context, new RefusedException(429, "TooManyPrograms",
                        "as many programs run and wait here as may; send the request again in a second"));
            });
        } catch (ProgramRefusedException refused) {
            loop.runOnContext(_ -> refuse(context, RefusedException.invalid(String.valueOf(refused.getMessage()))));
        } catch (RunnerFailure | Error failure) {
            // An Error, too: whoever asked must not wait for ever.
            events.failed(failure);
            loop.runOnContext(_ -> refuse(context, new RefusedException(503, "RunnerFailed",
                    "the program could not be run, which is not its fault; send it again, to another session")));
        } catch (InterruptedException gone) {
            events.abandoned();
            loop.runOnContext(_ -> refuse(context, closing()));
        } catch (RuntimeException unforeseen) {
            loop.runOnContext(_ -> context.fail(unforeseen));
        }
    }

    private static RefusedException closing() {
        return new RefusedException(503, "Closing",
                "this container is closing; send the request again, to another session");
    }

    /** What a path answers to, if it is one of ours: the router forgets that once another of its routes has matched. */
    private static Optional<String> allowedMethods(String path) {
        if (GIVEN_OUT.contains(path)) {
            return Optional.of("GET, HEAD");
        }
        return TAKES_PROGRAMS.matcher(path).matches() ? Optional.of("POST") : Optional.empty();
    }

    private void fail(RoutingContext context, int status) {
        if (context.failure() instanceof RefusedException refused) {
            refuse(context, refused);
            return;
        }
        Optional<String> allowed = status == 404 || status == 405
                ? allowedMethods(String.valueOf(context.request().path()))
                : Optional.empty();
        allowed.ifPresent(methods -> context.response().putHeader(HttpHeaders.ALLOW, methods));
        refuse(context, switch (allowed.isPresent() ? 405 : status) {
            case 400 -> new RefusedException(400, "InvalidRequest", "the request is not valid HTTP for this path");
            case 404 -> new RefusedException(404, "NotFound",
                    "nothing is here; POST to /{language}/execute, or GET /runtimes, /health or /ready");
            case 405 -> new RefusedException(405, "MethodNotAllowed",
                    "this path takes another method: POST to run a program, GET for everything else");
            case 413 -> new RefusedException(413, "RequestTooLarge",
                    "the body is over the limit of " + maxBodyBytes + " bytes; send less");
            default -> {
                events.broken(Objects.requireNonNullElseGet(context.failure(), IllegalStateException::new));
                yield new RefusedException(500, "InternalError", "the container failed; send the request again");
            }
        });
    }

    private void refuse(RoutingContext context, RefusedException refused) {
        events.refused(refused.status(), refused.code());
        String message = String.valueOf(refused.getMessage());
        answer(context, refused.status(), PistonShape.isAsked(context)
                ? PistonShape.failure(message)
                : new SessionProtocol.Failure(new SessionProtocol.Failure.Detail(refused.code(), message)));
    }

    private static void answer(RoutingContext context, int status, Object body) {
        send(context, status, json(body));
    }

    private static Buffer json(Object body) {
        try {
            return Buffer.buffer(Json.MAPPER.writeValueAsBytes(body));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static void send(RoutingContext context, int status, Buffer body) {
        var response = context.response();
        if (response.ended() || response.closed()) {
            return;
        }
        String jobId = context.get(JOB_ID);
        if (jobId != null) {
            response.putHeader(SessionProtocol.JOB_HEADER, jobId);
        }
        response.setStatusCode(status).putHeader("Content-Type", "application/json").end(body);
    }
}
