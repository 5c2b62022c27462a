package dev.penstock.servicebus.management;

import java.time.Instant;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/** What one connection may do: {@code $cbs} and what came of the tokens that were put there. */
public final class Access {
    private static final int MAX_GRANTS = 10_000;

    private final @Nullable SharedAccessKey key;
    private final LinkedHashMap<String, SharedAccessKey.Grant> grants = new LinkedHashMap<>();

    /** @param key {@code null} allows everything, which is for loopback only */
    public Access(@Nullable SharedAccessKey key) {
        this.key = key;
    }

    /** Answers a request to {@code $cbs}. */
    public Response putToken(Request request, Instant now) {
        if (!request.operation().equals("put-token")) {
            return new Response(501, "Only put-token is known here.", "amqp:not-implemented", java.util.Map.of());
        }
        if (key == null) {
            return Response.accepted();
        }
        var grant = request.body() instanceof String token ? key.verify(token, now) : null;
        if (grant == null) {
            return new Response(401, "The token is invalid or expired, or not signed with this broker's key. "
                    + "Check the key name, the key and the clock.", "amqp:unauthorized-access", java.util.Map.of());
        }
        grants.put(grant.path(), grant);
        if (grants.size() > MAX_GRANTS) {
            grants.pollFirstEntry();
        }
        return Response.accepted();
    }

    /** Whether the client has shown that it knows the key, if there is one. */
    public boolean isGranted() {
        return key == null || !grants.isEmpty();
    }

    public boolean allows(String address, Instant now) {
        return key == null || grants.values().stream().anyMatch(grant -> grant.allows(address, now));
    }
}
