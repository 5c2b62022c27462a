package dev.penstock.servicebus.management;

import dev.penstock.servicebus.entity.RefusedException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A response message.
 *
 * @param statusCode as in HTTP; 204 says that there is nothing to return
 * @param errorCondition an AMQP condition symbol
 */
public record Response(int statusCode, String description, @Nullable String errorCondition,
        Map<String, ? extends @Nullable Object> body) {

    static Response ok(Map<String, ? extends @Nullable Object> body) {
        return new Response(200, "OK", null, body);
    }

    static Response accepted() {
        return new Response(202, "Accepted", null, Map.of());
    }

    static Response noContent() {
        return new Response(204, "No content", null, Map.of());
    }

    public static Response refused(RefusedException refusal) {
        int status = switch (refusal.condition()) {
            case ARGUMENT_ERROR, DECODE_ERROR, MESSAGE_SIZE_EXCEEDED, NOT_ALLOWED -> 400;
            case UNAUTHORIZED_ACCESS -> 401;
            case RESOURCE_LIMIT_EXCEEDED -> 403;
            case MESSAGE_NOT_FOUND, NOT_FOUND, TRANSACTION_UNKNOWN -> 404;
            case TIMEOUT -> 408;
            case SESSION_CANNOT_BE_LOCKED -> 409;
            case MESSAGE_LOCK_LOST, SESSION_LOCK_LOST -> 410;
            case INTERNAL_ERROR, LINK_DETACH_FORCED -> 500;
            case NOT_IMPLEMENTED -> 501;
            case SERVER_BUSY -> 503;
        };
        return new Response(status, String.valueOf(refusal.getMessage()), refusal.condition().symbol(), Map.of());
    }
}
