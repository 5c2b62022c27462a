package dev.penstock.servicebus.wire;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;

/** Listens for AMQP clients. */
public final class AmqpServer {
    private static final int ACCEPT_BACKLOG = 1024;

    private final NetServer server;

    private AmqpServer(NetServer server) {
        this.server = server;
    }

    /** Must be called on the context whose event loop the broker lives on. */
    public static Future<AmqpServer> listen(Broker broker, Vertx vertx, Context context, String host, int port) {
        var server = vertx.createNetServer(
                new NetServerOptions().setTcpNoDelay(true).setReuseAddress(true).setAcceptBacklog(ACCEPT_BACKLOG));
        server.connectHandler(socket -> new Engine(broker, vertx, context, (NetSocketInternal) socket).start());
        return server.listen(port, host).map(AmqpServer::new);
    }

    public int port() {
        return server.actualPort();
    }

    public Future<Void> close() {
        return server.close();
    }
}
