package dev.penstock.local;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The wire between a gateway and the broker. It knows AMQP 1.0 well enough to see what each frame is about, and can run
 * something at the n-th frame of a kind, before that frame or after it: a crash between two steps needs no hook in the
 * gateway.
 */
final class AmqpTap implements AutoCloseable {
    private static final int HEADER_BYTES = 8;
    private static final int ATTACH = 0x12;
    private static final int TRANSFER = 0x14;
    private static final int DISPOSITION = 0x15;
    private static final List<String> QUEUES = List.of("jobs", "results", "webhooks");

    private final Vertx vertx = Vertx.vertx();
    private final Set<NetSocket> open = ConcurrentHashMap.newKeySet();
    private final AtomicReference<@Nullable Trap> trap = new AtomicReference<>();
    private final NetServer server;
    private final int brokerPort;

    AmqpTap(int brokerPort) {
        this.brokerPort = brokerPort;
        this.server = vertx.createNetServer().connectHandler(this::connect).listen(0, "127.0.0.1").await();
    }

    /** What a frame is about; the gateway sends or hears it. */
    enum Moment {
        /** The job is stored; its message is about to leave. */
        JOB_SENT(false),
        /** The broker has the job; the gateway is about to hear it. */
        JOB_CONFIRMED(false),
        /** A result reaches the gateway. */
        RESULT_ARRIVED(true),
        /** The result is stored; the gateway is about to settle it. */
        RESULT_SETTLED(false),
        /** The result is stored; word that its webhook is due is about to leave. */
        WEBHOOK_SENT(false),
        /** The webhook was attempted; its message is about to be settled. */
        WEBHOOK_SETTLED(false);

        /** Whether the frame passes before the trap springs; else it is lost. */
        private final boolean passes;

        Moment(boolean passes) {
            this.passes = passes;
        }
    }

    private static final class Trap {
        private final Moment moment;
        private final Runnable action;
        private int left;

        Trap(Moment moment, int count, Runnable action) {
            this.moment = moment;
            this.left = count;
            this.action = action;
        }
    }

    int port() {
        return server.actualPort();
    }

    /** Runs the action once, at the n-th moment of the kind from now on; on the wire's own thread. */
    void trap(Moment moment, int n, Runnable action) {
        trap.set(new Trap(moment, n, action));
    }

    void disarm() {
        trap.set(null);
    }

    @Override
    public void close() {
        vertx.close().await();
    }

    private void connect(NetSocket client) {
        client.pause();
        vertx.createNetClient().connect(brokerPort, "127.0.0.1").onFailure(_ -> client.close()).onSuccess(broker -> {
            open.add(client);
            client.closeHandler(_ -> {
                open.remove(client);
                broker.close();
            });
            broker.closeHandler(_ -> client.close());
            Wire wire = new Wire();
            client.handler(new Frames(broker, wire::fromGateway));
            broker.handler(new Frames(client, wire::fromBroker));
            client.resume();
        });
    }

    /** Whether the frame may go on. */
    private boolean passes(@Nullable Moment moment) {
        Trap armed = trap.get();
        if (moment == null || armed == null || armed.moment != moment || --armed.left > 0) {
            return true;
        }
        trap.set(null);
        armed.action.run();
        return moment.passes;
    }

    /** One connection: which queues it serves shows when its links are attached. */
    private final class Wire {
        private final Map<Integer, String> queueOfHandle = new HashMap<>();
        private final Set<String> received = new HashSet<>();
        private boolean jobOnTheWay;

        boolean fromGateway(Buffer frame) {
            return switch (performative(frame)) {
                case ATTACH -> {
                    attach(frame);
                    yield true;
                }
                case TRANSFER -> passes(sent(queueOfHandle.get(handle(frame))));
                case DISPOSITION -> passes(settled());
                default -> true;
            };
        }

        boolean fromBroker(Buffer frame) {
            return switch (performative(frame)) {
                case TRANSFER -> passes(received.contains("results") ? Moment.RESULT_ARRIVED : null);
                case DISPOSITION -> passes(jobOnTheWay ? Moment.JOB_CONFIRMED : null);
                default -> true;
            };
        }

        private @Nullable Moment sent(@Nullable String queue) {
            if ("jobs".equals(queue)) {
                jobOnTheWay = true;
                return Moment.JOB_SENT;
            }
            return "webhooks".equals(queue) ? Moment.WEBHOOK_SENT : null;
        }

        private @Nullable Moment settled() {
            if (received.contains("results")) {
                return Moment.RESULT_SETTLED;
            }
            return received.contains("webhooks") ? Moment.WEBHOOK_SETTLED : null;
        }

        private void attach(Buffer frame) {
            for (String queue : QUEUES) {
                if (names(frame, queue)) {
                    queueOfHandle.put(handle(frame), queue);
                    if (isReceiver(frame)) {
                        received.add(queue);
                    }
                }
            }
        }
    }

    /** Cuts the bytes into frames; a frame that may not go on ends the flow. */
    private static final class Frames implements Handler<Buffer> {
        private final NetSocket to;
        private final Predicate<Buffer> mayPass;
        private Buffer left = Buffer.buffer();
        private boolean lost;

        Frames(NetSocket to, Predicate<Buffer> mayPass) {
            this.to = to;
            this.mayPass = mayPass;
        }

        @Override
        public void handle(Buffer bytes) {
            left.appendBuffer(bytes);
            int at = 0;
            while (!lost && left.length() - at >= HEADER_BYTES) {
                int size = left.getByte(at) == 'A' ? HEADER_BYTES : left.getInt(at);
                if (left.length() - at < size) {
                    break;
                }
                Buffer frame = left.getBuffer(at, at + size);
                at += size;
                if (mayPass.test(frame)) {
                    to.write(frame);
                } else {
                    lost = true;
                }
            }
            left = left.getBuffer(at, left.length());
        }
    }

    /** The descriptor of a frame's body, or -1 if it has none. */
    private static int performative(Buffer frame) {
        int body = body(frame);
        if (frame.getByte(0) == 'A' || frame.length() < body + 3 || frame.getByte(body) != 0) {
            return -1;
        }
        return frame.getByte(body + 1) == 0x53 ? frame.getByte(body + 2) : -1;
    }

    private static int body(Buffer frame) {
        return frame.getByte(4) * 4;
    }

    /** Where the link's handle is: the first field of a transfer, the second of an attach, behind the link's name. */
    private static int handleAt(Buffer frame) {
        int list = body(frame) + 3;
        int field = (frame.getByte(list) & 0xff) == 0xd0 ? list + 9 : list + 3;
        return switch (frame.getByte(field) & 0xff) {
            case 0xa1 -> field + 2 + (frame.getByte(field + 1) & 0xff);
            case 0xb1 -> field + 5 + frame.getInt(field + 1);
            default -> field;
        };
    }

    /** An attach's role, the field behind the handle. */
    private static boolean isReceiver(Buffer frame) {
        int at = handleAt(frame);
        int role = at + switch (frame.getByte(at) & 0xff) {
            case 0x52 -> 2;
            case 0x70 -> 5;
            default -> 1;
        };
        return frame.getByte(role) == 0x41;
    }

    private static int handle(Buffer frame) {
        int field = handleAt(frame);
        return switch (frame.getByte(field) & 0xff) {
            case 0x43 -> 0;
            case 0x52 -> frame.getByte(field + 1) & 0xff;
            case 0x70 -> frame.getInt(field + 1);
            default -> -1;
        };
    }

    /** Whether the text is one of the frame's strings. */
    private static boolean names(Buffer frame, String text) {
        String whole = frame.toString("ISO-8859-1");
        return whole.contains("\u00a1" + (char) text.length() + text);
    }
}
