package dev.penstock.gateway;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A wire to the broker that can be cut and mended. */
public final class Proxy implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    private final Set<NetSocket> open = ConcurrentHashMap.newKeySet();
    private final NetServer server;
    private volatile int brokerPort;
    private volatile boolean cut;

    private Proxy() {
        this.server = vertx.createNetServer().connectHandler(this::connect).listen(0, "127.0.0.1").await();
    }

    public static Proxy start() {
        return new Proxy();
    }

    /** The same address with this wire in between. */
    String leadTo(String connectionString, int port) {
        brokerPort = port;
        return connectionString.replace(":" + port, ":" + server.actualPort());
    }

    /** Breaks every connection and lets no new one through. */
    public void cut() {
        cut = true;
        Future.join(open.stream().map(NetSocket::close).toList()).otherwiseEmpty().await();
    }

    public void mend() {
        cut = false;
    }

    @Override
    public void close() {
        vertx.close().await();
    }

    private void connect(NetSocket client) {
        if (cut) {
            client.close();
            return;
        }
        client.pause();
        vertx.createNetClient().connect(brokerPort, "127.0.0.1").onFailure(_ -> client.close()).onSuccess(broker -> {
            open.add(client);
            open.add(broker);
            if (cut) {
                // It was on its way through when the wire was cut.
                client.close();
                broker.close();
                return;
            }
            client.closeHandler(_ -> broker.close());
            broker.closeHandler(_ -> client.close());
            client.pipeTo(broker);
            broker.pipeTo(client);
            client.resume();
        });
    }
}
