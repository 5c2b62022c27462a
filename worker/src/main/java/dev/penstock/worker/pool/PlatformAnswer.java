package dev.penstock.worker.pool;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;

/** What an answer means that Azure's pool or a proxy gave, not the container in the session. */
final class PlatformAnswer {
    private static final String ALLOCATOR_TEXT = "error happened when allocating";
    private static final String SESSION_NOT_FOUND = "SessionWithIdentifierNotFound";
    /** The allocator's sentence is short; a long body is somebody else's. */
    private static final int ALLOCATOR_SEARCH = 2048;

    private PlatformAnswer() {}

    static Outcome outcome(Answer.Complete answer) {
        if (allocatorSpoke(answer)) {
            return new Outcome.Busy(answer.retryAfter(Instant.now()));
        }
        int status = answer.status();
        return switch (status) {
            case 429 -> new Outcome.Busy(answer.retryAfter(Instant.now()));
            case 400, 413 -> new Outcome.Refused("the pool refused the request with status " + status);
            case 401 -> new Outcome.Denied("the pool didn't accept our token (401): check PENSTOCK_POOL_TOKEN or the"
                    + " identity");
            case 403 -> new Outcome.Denied("the pool doesn't let us in (403): the identity needs the role Azure"
                    + " ContainerApps Session Executor");
            case 404 -> new Outcome.Denied("the pool doesn't know this path (404): check PENSTOCK_POOL_ENDPOINT and"
                    + " PENSTOCK_POOL_DIALECT");
            case 504 -> new Outcome.Lost("the pool gave up waiting for the session (504)");
            default -> status >= 300 && status < 400
                    ? new Outcome.Denied("the pool answered with a redirect (" + status
                            + "), which is never followed: check PENSTOCK_POOL_ENDPOINT")
                    : new Outcome.Unavailable("the pool answered " + status, answer.retryAfter(Instant.now()));
        };
    }

    /** Azure words a full pool the same under several statuses. */
    static boolean allocatorSpoke(Answer.Complete answer) {
        return switch (answer.status()) {
            case 429, 500, 404 -> {
                int length = Math.min(answer.body().length, ALLOCATOR_SEARCH);
                String head = new String(answer.body(), 0, length, StandardCharsets.UTF_8);
                yield head.toLowerCase(Locale.ROOT).contains(ALLOCATOR_TEXT);
            }
            default -> false;
        };
    }

    /**
     * Whether the pool knows no such session. The code in the body decides, as other 400s exist, and a 404 that says anything
     * else may be a wrong path; a wrong path below the pool is a 400, so a 404 that says nothing is about the session.
     */
    static boolean sessionUnknown(Answer.Complete answer) {
        return switch (answer.status()) {
            case 400 -> SESSION_NOT_FOUND.equals(errorCode(answer));
            case 404 -> answer.body().length == 0 || SESSION_NOT_FOUND.equals(errorCode(answer));
            default -> false;
        };
    }

    /** The code in an error of the platform's; empty when there is none. */
    static String errorCode(Answer.Complete answer) {
        try {
            JsonNode tree = Json.MAPPER.readTree(answer.body());
            return tree.path("error").path("code").asText();
        } catch (IOException notJson) {
            return "";
        }
    }
}
