package dev.penstock.servicebus.management;

import dev.penstock.servicebus.entity.Namespace;
import java.time.Instant;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/** What one connection may do: {@code $cbs} and what came of the tokens that were put there. */
public final class Access {
    private static final int MAX_GRANTS = 10_000;
    /** What the Java SDK names when it asks for a transaction. */
    private static final String COORDINATOR = "coordinator";

    private final @Nullable SharedAccessKey key;
    private final LinkedHashMap<String, SharedAccessKey.Grant> grants = new LinkedHashMap<>();

    /** @param key {@code null} allows everything, which is for loopback only */
    public Access(@Nullable SharedAccessKey key) {
        this.key = key;
    }

    /**
     * Answers a request to {@code $cbs}. A good token for a queue that doesn't exist is answered with 404, as Azure does:
     * .NET's and Go's SDKs know an absent queue by that.
     */
    public Response putToken(Request request, Namespace namespace, Instant now) {
        if (!request.operation().equals("put-token")) {
            return new Response(501, "Only put-token is known here.", "amqp:not-implemented", java.util.Map.of());
        }
        if (key == null) {
            return acceptFor(request, namespace);
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
        return acceptFor(request, namespace);
    }

    private static Response acceptFor(Request request, Namespace namespace) {
        var path = request.properties().get("name") instanceof String audience ? queuePath(audience) : "";
        return path.isEmpty() || path.equals(COORDINATOR) || namespace.find(path) != null
                ? Response.accepted()
                : Response.refused(Namespace.notFound(path));
    }

    /** What comes after the host in an audience, which is a URI. */
    private static String queuePath(String audience) {
        return audience.replaceFirst("^[a-z]+://[^/]*/?", "").replaceFirst("(?i)/?\\$management$", "");
    }

    /** Whether the client has shown that it knows the key, if there is one. */
    public boolean isGranted() {
        return key == null || !grants.isEmpty();
    }

    /**
     * Forgets what has run out.
     *
     * @return whether anything had
     */
    public boolean dropExpired(Instant now) {
        return grants.values().removeIf(grant -> grant.expiresAt() <= now.getEpochSecond());
    }

    public boolean allows(String address, Instant now) {
        return key == null || grants.values().stream().anyMatch(grant -> grant.allows(address, now));
    }
}
