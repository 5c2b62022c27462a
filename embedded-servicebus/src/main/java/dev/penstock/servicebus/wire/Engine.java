package dev.penstock.servicebus.wire;

import io.netty.buffer.Unpooled;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import java.time.Duration;
import java.util.Set;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.engine.Collector;
import org.apache.qpid.proton.engine.Connection;
import org.apache.qpid.proton.engine.Event;
import org.apache.qpid.proton.engine.ProtonJTransport;

import org.jspecify.annotations.Nullable;

/**
 * Drives proton-j's engine for one socket: bytes in, events to the {@link AmqpConnection}, bytes out.
 *
 * <p>Output is written as long as the socket takes it; while it does not, no input is read either, so a client that does
 * not read can't make the broker hold its answers.
 */
final class Engine {
    private final Broker broker;
    private final Context context;
    private final Vertx vertx;
    private final NetSocketInternal socket;
    private final QuickAck quickAck;
    private final ProtonJTransport transport = new WholeFrames();
    private final Connection connection = Proton.connection();
    private final Collector collector = Proton.collector();
    private final AmqpConnection handler;
    private final Set<AmqpConnection> connections;
    private final long handshakeTimer;
    private @Nullable Long tickTimer;
    private boolean greeted;
    private boolean flushScheduled;
    private boolean closed;

    Engine(Broker broker, Vertx vertx, Context context, NetSocketInternal socket, Set<AmqpConnection> connections) {
        this.broker = broker;
        this.vertx = vertx;
        this.context = context;
        this.socket = socket;
        quickAck = new QuickAck(socket);
        this.connections = connections;
        handler = new AmqpConnection(broker, this);
        connections.add(handler);
        handshakeTimer = vertx.setTimer(broker.limits().handshakeDeadline().toMillis(), _ -> handshakeTimedOut());
    }

    void start() {
        broker.events().connectionOpened(peer());
        connection.collect(collector);
        transport.setMaxFrameSize(broker.limits().maxFrameBytes());
        transport.setChannelMax(broker.limits().sessionsPerConnection());
        transport.setIdleTimeout((int) broker.limits().idleTimeout().toMillis());
        transport.setEmitFlowEventOnSend(false);
        transport.setProtocolTracer(new FrameGuard());
        var sasl = transport.sasl();
        sasl.server();
        sasl.setMechanisms("ANONYMOUS", "MSSBCBS", "EXTERNAL", "PLAIN");
        sasl.setListener(new AnyMechanism());
        transport.bind(connection);
        socket.handler(this::received);
        socket.exceptionHandler(_ -> socket.close());
        socket.closeHandler(_ -> onClosed());
        flushSoon();
    }

    String peer() {
        return String.valueOf(socket.remoteAddress());
    }

    boolean isOpen() {
        return !closed;
    }

    boolean isCongested() {
        return socket.writeQueueFull();
    }

    private void received(Buffer buffer) {
        quickAck.rearm();
        var bytes = ((BufferInternal) buffer).getByteBuf();
        if (!greeted && !isWelcome(buffer)) {
            return;
        }
        try {
            while (bytes.isReadable()) {
                int length = Math.min(transport.capacity(), bytes.readableBytes());
                if (length <= 0) {
                    break;
                }
                var tail = transport.tail();
                int limit = tail.limit();
                tail.limit(tail.position() + length);
                bytes.readBytes(tail);
                tail.limit(limit);
                transport.process();
                dispatchEvents();
            }
            flush();
        } catch (RuntimeException | StackOverflowError e) {
            // Among them proton-j's own complaints: after any of them the engine's state can't be trusted.
            broker.events().protocolError(peer(), e);
            flushAndClose();
        }
    }

    private boolean isWelcome(Buffer received) {
        greeted = true;
        byte[] first = received.getBytes();
        var problem = Greeting.problem(first);
        if (problem == null) {
            return true;
        }
        broker.events().otherProtocol(peer(), problem);
        if (Greeting.isHttp(first)) {
            socket.end(Buffer.buffer(Greeting.HTTP_ANSWER));
        } else {
            socket.close();
        }
        return false;
    }

    private void dispatchEvents() {
        for (Event event = collector.peek(); event != null; event = collector.peek()) {
            handler.onEvent(event);
            collector.pop();
        }
    }

    /** The client's open has come: answer it, and from now on keep the connection alive. */
    void opened() {
        vertx.cancelTimer(handshakeTimer);
        connection.setContainer("penstock-servicebus");
        connection.open();
        context.runOnContext(_ -> tick());
    }

    private void tick() {
        if (closed) {
            return;
        }
        long now = System.nanoTime() / 1_000_000;
        long next = transport.tick(now);
        flush();
        if (next > 0) {
            tickTimer = vertx.setTimer(Math.max(1, next - now), _ -> tick());
        }
    }

    void flushSoon() {
        if (!flushScheduled && !closed) {
            flushScheduled = true;
            context.runOnContext(_ -> {
                flushScheduled = false;
                flush();
            });
        }
    }

    private void flush() {
        if (closed) {
            return;
        }
        writePending();
        dispatchEvents();
        if (transport.pending() < 0) {
            socket.end();
        } else if (socket.writeQueueFull()) {
            socket.pause();
            socket.drainHandler(_ -> drained());
        } else {
            handler.resume();
        }
    }

    private void writePending() {
        while (!socket.writeQueueFull()) {
            int pending = transport.pending();
            if (pending <= 0) {
                return;
            }
            byte[] bytes = new byte[pending];
            transport.head().get(bytes);
            transport.pop(pending);
            socket.write(BufferInternal.buffer(Unpooled.wrappedBuffer(bytes)));
        }
    }

    private void drained() {
        socket.resume();
        flush();
    }

    void later(Duration pause, Runnable task) {
        vertx.setTimer(Math.max(1, pause.toMillis()), _ -> task.run());
    }

    /** Closes the socket without sending what is still to be sent. */
    void drop() {
        closed = true;
        socket.close();
    }

    private void handshakeTimedOut() {
        broker.events().handshakeTimedOut(peer());
        socket.close();
    }

    private void flushAndClose() {
        try {
            writePending();
        } catch (RuntimeException e) {
            broker.events().protocolError(peer(), e);
        }
        socket.close();
    }

    private void onClosed() {
        closed = true;
        vertx.cancelTimer(handshakeTimer);
        if (tickTimer != null) {
            vertx.cancelTimer(tickTimer);
        }
        connections.remove(handler);
        handler.onLost();
        broker.events().connectionClosed(peer());
    }
}
