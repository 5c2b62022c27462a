package dev.penstock.bench.broker;

import dev.penstock.servicebus.message.AmqpCodec;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Sender;

/**
 * The yardstick: speaks just enough AMQP for the SDK, acknowledges everything and keeps nothing. From a queue named
 * {@code canned} comes the same message for ever; what is sent to any other queue goes straight to who receives from it.
 */
final class BareResponder implements AutoCloseable {
    static final String CANNED = "canned";

    final AmqpCodec codec = new AmqpCodec();
    final Map<String, List<Sender>> receivers = new HashMap<>();
    final Map<String, Deque<byte[]>> inTransit = new HashMap<>();
    final Map<Sender, BareConnection> owners = new HashMap<>();
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final Context context = vertx.getOrCreateContext();
    private final NetServer server = vertx.createNetServer(new NetServerOptions().setTcpNoDelay(true));

    BareResponder() {
        server.connectHandler(socket -> new BareConnection(this, context, (NetSocketInternal) socket));
        server.listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().join();
    }

    String connectionString() {
        return "Endpoint=sb://127.0.0.1:" + server.actualPort()
                + ";SharedAccessKeyName=a;SharedAccessKey=b;UseDevelopmentEmulator=true;";
    }

    void attached(String queue, Sender receiver, BareConnection owner) {
        receivers.computeIfAbsent(queue, _ -> new ArrayList<>()).add(receiver);
        owners.put(receiver, owner);
    }

    void detached(Link link) {
        receivers.values().forEach(links -> links.removeIf(link::equals));
        owners.remove(link);
    }

    void gone(BareConnection owner) {
        receivers.values().forEach(links -> links.removeIf(link -> owner.equals(owners.get(link))));
        owners.values().removeIf(owner::equals);
    }

    void relay(String queue, byte[] message) {
        var waiting = inTransit.computeIfAbsent(queue, _ -> new ArrayDeque<>());
        waiting.add(message);
        receivers.getOrDefault(queue, List.of()).forEach(link -> deliver(queue, link));
    }

    void deliver(String queue, Sender link) {
        var waiting = inTransit.getOrDefault(queue, new ArrayDeque<>());
        var owner = owners.get(link);
        while (owner != null && link.getCredit() > 0 && !waiting.isEmpty()) {
            owner.send(link, waiting.remove());
        }
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
