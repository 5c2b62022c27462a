package dev.penstock.servicebus.wire;

import dev.penstock.servicebus.entity.Queue;
import dev.penstock.servicebus.entity.RefusedException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Listens for AMQP clients. */
public final class AmqpServer {
    private static final int ACCEPT_BACKLOG = 1024;

    private static final long IDLE_CHECK_MILLIS = 30_000;

    private final NetServer server;
    private final Set<AmqpConnection> connections;

    private AmqpServer(NetServer server, Set<AmqpConnection> connections) {
        this.server = server;
        this.connections = connections;
    }

    /** Must be called on the context whose event loop the broker lives on. */
    public static Future<AmqpServer> listen(Broker broker, Vertx vertx, Context context, String host, int port) {
        Set<AmqpConnection> connections = new LinkedHashSet<>();
        var options = new NetServerOptions().setTcpNoDelay(true)
                .setReuseAddress(true)
                .setAcceptBacklog(ACCEPT_BACKLOG);
        var server = vertx.createNetServer(options);
        server.connectHandler(
                socket -> new Engine(broker, vertx, context, (NetSocketInternal) socket, connections).start());
        return server.listen(port, host).map(listening -> {
            var listener = new AmqpServer(listening, connections);
            vertx.setPeriodic(IDLE_CHECK_MILLIS, _ -> listener.cutOverdueLinks());
            return listener;
        });
    }

    public int port() {
        return server.actualPort();
    }

    /** Open connections. */
    public int connections() {
        return connections.size();
    }

    /** Cuts links whose token has expired by the broker's clock, and idle ones if it is told to do so. */
    public void cutOverdueLinks() {
        List.copyOf(connections).forEach(connection -> connection.links().cutOverdue());
    }

    /** Cuts all links to or from a queue. */
    public void cutLinksOf(Queue queue, RefusedException reason) {
        List.copyOf(connections).forEach(connection -> connection.links().cutAllOf(queue, reason));
    }

    /** Breaks all connections without a word. */
    public void dropConnections() {
        List.copyOf(connections).forEach(AmqpConnection::drop);
    }
}
