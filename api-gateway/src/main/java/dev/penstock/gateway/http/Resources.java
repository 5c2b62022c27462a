package dev.penstock.gateway.http;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Adds resources to a router so that all behave alike: who may GET may HEAD, a method that isn't there is answered 405
 * with those that are, readers get entity tags, and every failure becomes a problem.
 */
final class Resources {
    private final Router router;
    private final Refusals refusals;

    Resources(Router router, Refusals refusals) {
        this.router = router;
        this.refusals = refusals;
        for (int status : new int[]{400, 404, 500}) {
            router.errorHandler(status, request -> refusals.handle(request, status));
        }
    }

    /** Answers one kind of request; its failure becomes a problem. */
    interface Operation {
        Future<Answer> answer(RoutingContext request);
    }

    /** Every request below the path must pass. */
    void guard(String path, Handler<RoutingContext> check) {
        router.route(path).handler(check).failureHandler(this::refuse);
    }

    void add(String path, Map<HttpMethod, Operation> operations) {
        add(path, Answer.JSON, operations);
    }

    /**
     * @param mediaType
     *            of the answers that are no problems
     */
    void add(String path, String mediaType, Map<HttpMethod, Operation> operations) {
        operations.forEach((method, operation) -> {
            route(method, path, request -> run(operation, mediaType, request));
            if (method.equals(HttpMethod.GET)) {
                route(HttpMethod.HEAD, path, request -> run(operation, mediaType, request));
            }
        });
        refuseOthers(path, operations.keySet());
    }

    /** A GET whose handler writes by itself, bit by bit; a HEAD's handler writes nothing but the head. */
    void addStream(String path, Handler<RoutingContext> handler) {
        route(HttpMethod.GET, path, handler);
        route(HttpMethod.HEAD, path, handler);
        refuseOthers(path, Set.of(HttpMethod.GET));
    }

    private void route(HttpMethod method, String path, Handler<RoutingContext> handler) {
        router.route(method, path).handler(handler).failureHandler(this::refuse);
    }

    private void refuseOthers(String path, Set<HttpMethod> methods) {
        Set<String> allowed = new TreeSet<>(methods.stream().map(HttpMethod::name).toList());
        if (allowed.contains("GET")) {
            allowed.add("HEAD");
        }
        String allow = String.join(", ", allowed);
        ProblemException refusal = Problem.of(ProblemType.METHOD_NOT_ALLOWED, "Use " + allow + " here.")
                .withHeader("Allow", allow)
                .asException();
        router.route(path).handler(request -> request.fail(refusal)).failureHandler(this::refuse);
    }

    private void refuse(RoutingContext request) {
        refusals.handle(request, 500);
    }

    private static void run(Operation operation, String mediaType, RoutingContext request) {
        MediaTypes.requireAccepts(request.request(), mediaType);
        operation.answer(request)
                .map(answer -> Conditional.apply(request.request(), answer))
                .map(answer -> Compression.apply(request.request(), answer))
                .onSuccess(answer -> answer.writeTo(request.request()))
                .onFailure(request::fail);
        // Whoever reads a body has said so by now; any other is of no interest.
        request.request().resume();
    }
}
