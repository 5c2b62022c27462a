package dev.penstock.local.pool;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The requests that are in flight to sessions. Cuts those of sessions that end. Event loop only. */
final class Forwarder {
    /** Far above what any pool of this kind carries: it bounds sockets and buffers. */
    private static final int MOST_CALLS = 4_000;
    private static final int CONNECT_TIMEOUT_MS = 5_000;
    /** Below the usual keep-alive of servers, 5 s in Node: else a request may meet a connection that is being closed. */
    private static final int KEEP_ALIVE_S = 3;
    private static final int MAX_HEADER_BYTES = 64 * 1024;

    private final Vertx vertx;
    private final ContainerAddress target;
    private final SessionPool pool;
    private final PlatformAnswers answers;
    private final PoolEvents events;
    private final InstantSource clock;
    private final HttpClient client;
    private final Map<Session, Set<ForwardedCall>> inFlight = new HashMap<>();
    private int calls;
    private long cutTimer = -1;

    Forwarder(Vertx vertx, ContainerAddress target, SessionPool pool, PlatformAnswers answers, PoolEvents events,
            InstantSource clock) {
        this.vertx = vertx;
        this.target = target;
        this.pool = pool;
        this.answers = answers;
        this.events = events;
        this.clock = clock;
        this.client = vertx.createHttpClient(
                new HttpClientOptions().setConnectTimeout(CONNECT_TIMEOUT_MS)
                        .setKeepAliveTimeout(KEEP_ALIVE_S)
                        .setMaxHeaderSize(MAX_HEADER_BYTES),
                new PoolOptions().setHttp1MaxSize(MOST_CALLS).setMaxWaitQueueSize(MOST_CALLS));
    }

    boolean overloaded() {
        return calls >= MOST_CALLS;
    }

    /** Sends a request that was admitted to its session. */
    void forward(HttpServerRequest request, Admission.Admitted admitted, Optional<Fault.Moment> cutAt) {
        Session session = admitted.session();
        var call = new ForwardedCall(vertx, request, answers, events, cutAt, over -> ended(session, over));
        inFlight.computeIfAbsent(session, first -> new HashSet<>()).add(call);
        calls++;
        Duration untilReady = Duration.between(clock.instant(), admitted.readyAt());
        call.start(client, sameRequestTo(target, request), untilReady, pool.settings().requestLimit());
        cutEnded();
    }

    private void ended(Session session, ForwardedCall call) {
        calls--;
        inFlight.computeIfPresent(session, (same, others) -> others.remove(call) && others.isEmpty() ? null : others);
        pool.finish(session);
    }

    /** Path and query as they were sent, undecoded. */
    private static RequestOptions sameRequestTo(ContainerAddress container, HttpServerRequest request) {
        URI target = container.url();
        String query = request.query() == null ? "" : "?" + request.query();
        RequestOptions same = new RequestOptions().setMethod(request.method())
                .setSsl("https".equals(target.getScheme()))
                .setHost(target.getHost())
                .setPort(PoolDescription.targetPort(target))
                .setURI(target.getRawPath() + request.path() + query);
        container.token().ifPresent(token -> same.putHeader("Authorization", "Bearer " + token));
        return same;
    }

    /** Cuts what is in flight to a session that was told to stop. */
    void cut(Session session) {
        List<ForwardedCall> doomed = List.copyOf(inFlight.getOrDefault(session, Set.of()));
        doomed.forEach(ForwardedCall::cut);
        if (!doomed.isEmpty()) {
            events.sessionsCut(doomed.size());
        }
    }

    /** Cuts what is in flight to sessions that have ended, now and whenever the next one does. */
    void cutEnded() {
        pool.takeEnded().forEach(this::cut);
        vertx.cancelTimer(cutTimer);
        pool.nextCut().ifPresent(end -> {
            long wait = Math.max(1, Duration.between(clock.instant(), end).toMillis());
            cutTimer = vertx.setTimer(wait, due -> cutEnded());
        });
    }

    Future<Void> close() {
        return client.close();
    }
}
