package dev.penstock.gateway.http;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Refuses headers that some proxy in front may have understood otherwise than we do: those that came twice where only one
 * can be meant, and bodies that are framed in an unusual way.
 */
final class HeaderCheck implements Handler<RoutingContext> {
    private static final List<String> ONCE = List.of("Host", "Authorization", "X-Api-Key", "Content-Type",
            "Content-Encoding");
    private static final String FRAMING = "Transfer-Encoding";

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        List<Problem.FieldError> errors = new ArrayList<>();
        ONCE.stream()
                .filter(name -> request.headers().getAll(name).size() > 1)
                .forEach(name -> errors.add(Problem.FieldError.parameter(name, "must come only once")));
        List<String> framing = request.headers().getAll(FRAMING);
        if (!framing.isEmpty()) {
            // The decoder drops a Content-Length beside it, so it can't be told whether there was one: what follows on
            // this connection is not to be believed (RFC 9112, 6.1).
            Answer.closeAfter(request);
            if (framing.size() > 1 || !framing.getFirst().equalsIgnoreCase("chunked")) {
                errors.add(Problem.FieldError.parameter(FRAMING, "must be chunked, or absent"));
            }
        }
        if (asksToClose(request)) {
            Answer.closeAfter(request);
        }
        if (errors.isEmpty()) {
            context.next();
        } else {
            context.fail(Problem.invalid(errors).asException());
        }
    }

    /** Among other words, where Vert.x doesn't look for it. */
    private static boolean asksToClose(HttpServerRequest request) {
        return request.headers()
                .getAll("Connection")
                .stream()
                .flatMap(header -> Arrays.stream(header.split(",")))
                .anyMatch(word -> word.strip().equalsIgnoreCase("close"));
    }
}
