package dev.penstock.worker.pool;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.Json;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;

/** Reads a pool's maximum from Azure Resource Manager. Calls block their (virtual) thread and have a deadline. */
public final class ArmReader implements AutoCloseable {
    private static final String API_VERSION = "2025-07-01";
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(20);
    /** More than any pool has; a number above it is no answer to act on. */
    private static final int MOST_SESSIONS = 10_000;
    private static final String HELP = "; give the identity the role Reader on the pool, or set"
            + " PENSTOCK_POOL_MAX_SESSIONS";

    private final PoolResource resource;
    private final PoolHttp http;

    /** A client with a connection of its own. */
    public ArmReader(Vertx vertx, PoolResource resource, PoolToken token) {
        this.resource = resource;
        this.http = new PoolHttp(vertx, resource.manager(), CONNECT_TIMEOUT, token, 1);
    }

    /** What a reading came to. */
    public sealed interface Reading {
        record Known(int maxSessions) implements Reading {
        }

        /**
         * The maximum is not known.
         *
         * @param reason
         *            a sentence for operators
         * @param passing
         *            whether it may be known a moment later without anybody's doing
         */
        record Unknown(String reason, boolean passing) implements Reading {
        }
    }

    /** Reads once. */
    public Reading read() {
        PoolRequest request = PoolRequest.get(resource.id() + "?api-version=" + API_VERSION);
        return switch (http.send(request, READ_TIMEOUT, new Cut())) {
            case Answer.Complete complete -> read(complete);
            case Answer.NotSent(String reason) -> passing("no connection to Azure Resource Manager: " + reason);
            case Answer.Withheld(String reason) -> passing(reason);
            case Answer.NoToken(String reason) -> new Reading.Unknown(reason, false);
            case Answer.Broken(String reason) -> passing("the call to Azure Resource Manager broke: " + reason);
            case Answer.CutOff _ -> passing("Azure Resource Manager's answer broke off");
            case Answer.Oversized _ -> passing("Azure Resource Manager's answer was far too long");
        };
    }

    @Override
    public void close() {
        http.close();
    }

    private static Reading read(Answer.Complete answer) {
        int status = answer.status();
        return switch (status) {
            case 200 -> maximum(answer);
            case 401, 403 -> new Reading.Unknown("Azure Resource Manager doesn't let us read the pool (" + status + ")"
                    + HELP, false);
            case 404 -> new Reading.Unknown("Azure Resource Manager knows no such pool (404); check"
                    + " PENSTOCK_POOL_RESOURCE", false);
            default -> status >= 300 && status < 500 && status != 408 && status != 429
                    ? new Reading.Unknown("Azure Resource Manager refused the request (" + status + "); check"
                            + " PENSTOCK_ARM_ENDPOINT and PENSTOCK_POOL_RESOURCE", false)
                    : passing("Azure Resource Manager answered " + status);
        };
    }

    private static Reading maximum(Answer.Complete answer) {
        try {
            JsonNode max = Json.MAPPER.readTree(answer.body())
                    .path("properties")
                    .path("scaleConfiguration")
                    .path("maxConcurrentSessions");
            return max.isInt() && max.intValue() > 0 && max.intValue() <= MOST_SESSIONS
                    ? new Reading.Known(max.intValue())
                    : new Reading.Unknown(
                            "Azure Resource Manager tells no sensible maxConcurrentSessions for this pool; set"
                                    + " PENSTOCK_POOL_MAX_SESSIONS",
                            false);
        } catch (IOException garbled) {
            return passing("Azure Resource Manager's answer could not be read");
        }
    }

    private static Reading passing(String reason) {
        return new Reading.Unknown(reason, true);
    }
}
