package dev.penstock.gateway.http;

import dev.penstock.gateway.store.JobReader;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Whether this gateway should be given requests: not before its store answers, and not any more once it stops. The broker
 * is left out on purpose, since jobs are taken and kept without it.
 */
public final class Readiness {
    private static final int STORE_TIMEOUT_SECONDS = 2;

    private final JobReader reader;
    private volatile boolean stopping;

    public Readiness(JobReader reader) {
        this.reader = reader;
    }

    /** From now on the gateway is not ready: whoever balances load takes it out before it stops. */
    public void stop() {
        stopping = true;
    }

    void addTo(Resources resources) {
        resources.add("/health", Map.of(HttpMethod.GET, Readiness::health));
        resources.add("/ready", Map.of(HttpMethod.GET, this::ready));
    }

    private static Future<Answer> health(RoutingContext request) {
        return Future.succeededFuture(Answer.json(200, Map.of("status", "up")));
    }

    private Future<Answer> ready(RoutingContext request) {
        if (stopping) {
            return Future.failedFuture(notReady("The gateway is stopping."));
        }
        return reader.runtimes()
                .timeout(STORE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .map(_ -> Answer.json(200, Map.of("status", "ready")))
                .recover(_ -> Future.failedFuture(notReady("The job store does not answer.")));
    }

    private static ProblemException notReady(String why) {
        return Problem.of(ProblemType.UNAVAILABLE, why).withHeader("Retry-After", "5").asException();
    }
}
