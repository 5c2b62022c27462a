package dev.penstock.session.http;

import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Who called, as Azure's clients look for it in the answer.
 *
 * @param operation
 *            the id that the caller gave to its execution, or a new one
 * @param identifier
 *            of the session, which a pool passes on; {@code null} where none was sent
 */
record Caller(String operation, @Nullable String identifier) {
    private static final int LONGEST = 128;

    static Caller of(RoutingContext context) {
        String operation = Optional.ofNullable(context.request().getHeader("operation-id"))
                .filter(id -> id.length() <= LONGEST)
                .orElseGet(() -> UUID.randomUUID().toString());
        return new Caller(operation, context.queryParam("identifier").stream().findFirst().orElse(null));
    }
}
