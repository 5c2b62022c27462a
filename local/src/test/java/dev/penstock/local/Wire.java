package dev.penstock.local;

import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The network between two parts: it passes all bytes on, or holds them back in silence, or cuts every connection and
 * refuses new ones. All on one event loop.
 */
final class Wire implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final Set<Direction> directions = new HashSet<>();
    private final NetServer server;
    private final int target;
    private boolean held;
    private boolean cut;

    Wire(int target) {
        this.target = target;
        this.server = vertx.createNetServer().connectHandler(this::connect).listen(0, "127.0.0.1").await();
    }

    int port() {
        return server.actualPort();
    }

    /** Nothing arrives any more, and neither end hears of it. */
    void hold() {
        onLoop(() -> held = true);
    }

    /** Every connection ends at once. */
    void cut() {
        onLoop(() -> {
            cut = true;
            List.copyOf(directions).forEach(direction -> direction.from.close());
        });
    }

    /** All works again; what was held back arrives now. */
    void mend() {
        onLoop(() -> {
            held = false;
            cut = false;
            List.copyOf(directions).forEach(Direction::flush);
        });
    }

    private void onLoop(Runnable action) {
        Promise<Boolean> done = Promise.promise();
        vertx.runOnContext(_ -> {
            action.run();
            done.complete(true);
        });
        done.future().await();
    }

    private void connect(NetSocket client) {
        if (cut) {
            client.close();
            return;
        }
        client.pause();
        vertx.createNetClient().connect(target, "127.0.0.1").onFailure(_ -> client.close()).onSuccess(other -> {
            new Direction(client, other).open();
            new Direction(other, client).open();
            client.resume();
        });
    }

    private final class Direction {
        private final NetSocket from;
        private final NetSocket to;
        private final ArrayDeque<Buffer> waiting = new ArrayDeque<>();
        private boolean ended;

        Direction(NetSocket from, NetSocket to) {
            this.from = from;
            this.to = to;
        }

        void open() {
            directions.add(this);
            from.handler(bytes -> {
                waiting.add(bytes);
                flush();
            });
            from.closeHandler(_ -> {
                ended = true;
                flush();
            });
        }

        void flush() {
            if (held && !cut) {
                return;
            }
            while (!waiting.isEmpty()) {
                to.write(waiting.remove());
            }
            if (ended) {
                directions.remove(this);
                to.close();
            }
        }
    }

    @Override
    public void close() {
        vertx.close().await();
    }
}
