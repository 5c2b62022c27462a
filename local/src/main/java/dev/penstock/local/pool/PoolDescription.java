package dev.penstock.local.pool;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What Azure Resource Manager's GET of {@code Microsoft.App/sessionPools} shows of a pool, on the pool's own port and
 * with the pool's own token.
 */
final class PoolDescription {
    private static final Pattern PATH = Pattern
            .compile("/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\\.App/sessionPools/[^/]+");

    private final PoolConfig config;
    private final SessionPool pool;

    PoolDescription(PoolConfig config, SessionPool pool) {
        this.config = config;
        this.pool = pool;
    }

    static boolean owns(HttpServerRequest request, String path) {
        return request.method().equals(HttpMethod.GET) && PATH.matcher(path).matches();
    }

    boolean names(String path) {
        return path.endsWith("/" + config.name());
    }

    Map<String, Object> at(String path, String authority) {
        PoolSettings settings = pool.settings();
        Map<String, Object> properties = Map.of("poolType", "Dynamic", "containerType", "CustomContainer",
                "provisioningState", "Succeeded", "nodeCount", 1, "poolManagementEndpoint", "http://" + authority,
                "scaleConfiguration",
                Map.of("maxConcurrentSessions", settings.maxSessions(), "readySessionInstances",
                        settings.readySessions()),
                "dynamicPoolConfiguration", Map.of("lifecycleConfiguration", lifecycle(settings.lifecycle())),
                "customContainerTemplate", Map.of("ingress", Map.of("targetPort", targetPort(config.target().url()))));
        return Map.of("id", path, "name", config.name(), "type", "Microsoft.App/sessionPools", "location", "local",
                "properties", properties);
    }

    private static Map<String, Object> lifecycle(Lifecycle lifecycle) {
        return switch (lifecycle) {
            case Lifecycle.Timed(var cooldown) ->
                Map.of("lifecycleType", "Timed", "cooldownPeriodInSeconds", seconds(cooldown));
            case Lifecycle.OnContainerExit(var maxAlive) ->
                Map.of("lifecycleType", "OnContainerExit", "maxAlivePeriodInSeconds", seconds(maxAlive));
        };
    }

    /** Azure's periods are whole seconds; a shorter one, as tests have it, must not show as none. */
    private static long seconds(Duration period) {
        return period.plusSeconds(1).minusNanos(1).toSeconds();
    }

    static int targetPort(URI target) {
        if (target.getPort() >= 0) {
            return target.getPort();
        }
        return "https".equals(target.getScheme()) ? 443 : 80;
    }
}
