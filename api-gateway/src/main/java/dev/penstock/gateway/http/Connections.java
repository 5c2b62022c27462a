package dev.penstock.gateway.http;

import dev.penstock.gateway.process.GatewayEvents;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Bounds connections: how many there are, and how long one may stay open without bringing a whole request head, from its
 * opening or its last answer on. So neither silent clients nor those that send a head byte by byte, or a body that nobody
 * reads, can use them up. Belongs to the gateway's event loop.
 */
final class Connections implements Handler<RoutingContext> {
    private static final long SWEEP_MS = 500;

    private final int most;
    private final Duration patience;
    private final GatewayEvents events;
    private final Map<HttpConnection, Visit> open = new HashMap<>();

    Connections(Vertx vertx, int most, Duration patience, GatewayEvents events) {
        this.most = most;
        this.patience = patience;
        this.events = events;
        vertx.setPeriodic(SWEEP_MS, _ -> closeIdle());
    }

    /** What a connection is at: requests in hand, and since when there are none. */
    private static final class Visit {
        private int requests;
        private long idleSince = System.nanoTime();
    }

    /** One more than fit is closed without a word: there is no request yet that could be answered. */
    void opened(HttpConnection connection) {
        if (open.size() >= most) {
            events.connectionRefused();
            connection.close();
            return;
        }
        open.put(connection, new Visit());
        connection.closeHandler(_ -> open.remove(connection));
    }

    /** A whole head is there. */
    @Override
    public void handle(RoutingContext request) {
        Visit visit = open.get(request.request().connection());
        if (visit != null) {
            visit.requests++;
            request.addEndHandler(_ -> {
                visit.requests--;
                visit.idleSince = System.nanoTime();
            });
        }
        request.next();
    }

    private void closeIdle() {
        long now = System.nanoTime();
        List<HttpConnection> idle = new ArrayList<>();
        open.forEach((connection, visit) -> {
            if (visit.requests == 0 && now - visit.idleSince > patience.toNanos()) {
                idle.add(connection);
            }
        });
        idle.forEach(HttpConnection::close);
    }
}
