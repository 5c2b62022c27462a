package dev.penstock.session.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps callers that send slowly, or nothing, from holding connections and memory for ever: bounds how many connections
 * there are, how long one may be open without a request, and how long a request may take to arrive. Thread safe.
 */
public final class Connections {
    private static final int MOST = 1000;

    private final Vertx vertx;
    private final Duration patience;
    private final Duration idle;
    private final Map<HttpConnection, Use> uses = new ConcurrentHashMap<>();

    /**
     * @param patience
     *            for a request's body, once its head is there
     * @param idle
     *            for the next request's head; longer than clients keep connections that they don't use, or a request might
     *            meet a connection that is just being closed
     */
    public Connections(Vertx vertx, Duration patience, Duration idle) {
        this.vertx = vertx;
        this.patience = patience;
        this.idle = idle;
    }

    /** A connection was made. */
    public void opened(HttpConnection connection) {
        if (uses.size() >= MOST) {
            connection.close();
            return;
        }
        Use use = new Use(connection);
        uses.put(connection, use);
        use.changed(0);
        connection.closeHandler(_ -> {
            uses.remove(connection);
            use.changed(1);
        });
    }

    /** A request's head has arrived on its connection; from here on the connection lives as long as its answer takes. */
    void begun(RoutingContext context) {
        Use use = uses.get(context.request().connection());
        if (use != null) {
            use.changed(1);
            context.addEndHandler(_ -> use.changed(-1));
        }
        context.next();
    }

    /** The body must be there in time, or the request is refused. */
    void awaitBody(RoutingContext context) {
        long timer = vertx.setTimer(patience.toMillis(), _ -> {
            if (!context.request().isEnded()) {
                context.response().putHeader("Connection", "close");
                context.addEndHandler(_ -> context.request().connection().close());
                context.fail(new RefusedException(408, "TooSlow",
                        "the request did not arrive within " + patience.toSeconds() + " seconds; send it again"));
            }
        });
        context.addEndHandler(_ -> vertx.cancelTimer(timer));
        context.next();
    }

    /** How many requests a connection has open: those that were sent ahead may begin before an earlier one's end is told. */
    private final class Use {
        private final HttpConnection connection;
        private int requests;
        private long timer = -1;

        Use(HttpConnection connection) {
            this.connection = connection;
        }

        synchronized void changed(int by) {
            requests += by;
            vertx.cancelTimer(timer);
            if (requests == 0) {
                timer = vertx.setTimer(idle.toMillis(), _ -> connection.close());
            }
        }
    }
}
