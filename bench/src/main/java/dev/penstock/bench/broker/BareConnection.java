package dev.penstock.bench.broker;

import io.netty.channel.socket.nio.NioChannelOption;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.net.NetSocketInternal;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import jdk.net.ExtendedSocketOptions;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.codec.ReadableBuffer;
import org.apache.qpid.proton.engine.Collector;
import org.apache.qpid.proton.engine.Connection;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Event;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Receiver;
import org.apache.qpid.proton.engine.Sasl;
import org.apache.qpid.proton.engine.Sender;
import org.apache.qpid.proton.engine.Transport;

/** One connection of the {@link BareResponder}. */
final class BareConnection {
    private static final int CREDIT = 1000;
    private static final byte HEADER_CODE = 0x70;
    private static final String CBS = "$cbs";

    private final BareResponder responder;
    private final Context context;
    private final NetSocketInternal socket;
    private final Transport transport = Transport.Factory.create();
    private final Connection connection = Proton.connection();
    private final Collector collector = Proton.collector();
    private final byte[] canned;
    private boolean flushPlanned;
    private long tags;

    BareConnection(BareResponder responder, Context context, NetSocketInternal socket) {
        this.responder = responder;
        this.context = context;
        this.socket = socket;
        canned = cannedMessage();
        connection.collect(collector);
        transport.setMaxFrameSize(64 * 1024);
        transport.setEmitFlowEventOnSend(false);
        transport.sasl().server();
        transport.sasl().setMechanisms("ANONYMOUS");
        transport.bind(connection);
        socket.handler(this::received);
        socket.closeHandler(_ -> responder.gone(this));
        flush();
    }

    private byte[] cannedMessage() {
        var out = new ByteArrayOutputStream();
        var properties = new Properties();
        properties.setMessageId("canned");
        var header = new Header();
        header.setDeliveryCount(UnsignedInteger.ZERO);
        List.of(header, properties, new Data(new org.apache.qpid.proton.amqp.Binary(new byte[1024])))
                .forEach(section -> out.writeBytes(responder.codec.encode(section)));
        return out.toByteArray();
    }

    private void received(Buffer buffer) {
        socket.channelHandlerContext()
                .channel()
                .config()
                .setOption(NioChannelOption.of(ExtendedSocketOptions.TCP_QUICKACK),
                        true);
        byte[] bytes = buffer.getBytes();
        for (int position = 0; position < bytes.length;) {
            int length = Math.min(transport.capacity(), bytes.length - position);
            if (length <= 0) {
                return;
            }
            transport.tail().put(bytes, position, length);
            transport.process();
            position += length;
            if (transport.sasl().getRemoteMechanisms().length > 0) {
                transport.sasl().done(Sasl.SaslOutcome.PN_SASL_OK);
            }
            dispatch();
        }
        flush();
    }

    private void dispatch() {
        for (Event event = collector.peek(); event != null; event = collector.peek()) {
            onEvent(event);
            collector.pop();
        }
    }

    private void onEvent(Event event) {
        switch (event.getType()) {
            case CONNECTION_REMOTE_OPEN -> connection.open();
            case CONNECTION_REMOTE_CLOSE -> connection.close();
            case SESSION_REMOTE_OPEN -> event.getSession().open();
            case SESSION_REMOTE_CLOSE -> event.getSession().close();
            case LINK_REMOTE_OPEN -> opened(event.getLink());
            case LINK_REMOTE_CLOSE, LINK_REMOTE_DETACH -> {
                responder.detached(event.getLink());
                event.getLink().close();
            }
            case LINK_FLOW -> onFlow(event.getLink());
            case DELIVERY -> onDelivery(event.getDelivery());
            default -> {
                // Nothing to answer.
            }
        }
    }

    private void opened(Link link) {
        link.setSource(link.getRemoteSource());
        link.setTarget(link.getRemoteTarget());
        link.setSenderSettleMode(link.getRemoteSenderSettleMode());
        link.setReceiverSettleMode(link.getRemoteReceiverSettleMode());
        if (link instanceof Receiver receiver) {
            receiver.setMaxMessageSize(UnsignedLong.valueOf(1024 * 1024));
            receiver.flow(CREDIT);
        } else if (link instanceof Sender sender) {
            responder.attached(sourceOf(sender), sender, this);
        }
        link.open();
    }

    private static String sourceOf(Sender sender) {
        return sender.getRemoteSource() instanceof Source source ? source.getAddress() : "";
    }

    private static String targetOf(Link receiver) {
        return receiver.getRemoteTarget() instanceof Target target ? target.getAddress() : "";
    }

    private void onFlow(Link link) {
        if (link instanceof Sender sender && sourceOf(sender).equals(BareResponder.CANNED)) {
            while (sender.getCredit() > 0) {
                send(sender, canned);
            }
        } else if (link instanceof Sender sender) {
            responder.deliver(sourceOf(sender), sender);
        }
    }

    void send(Sender sender, byte[] message) {
        var delivery = sender.delivery(ByteBuffer.allocate(16).putLong(0).putLong(++tags).array());
        sender.sendNoCopy(ReadableBuffer.ByteBufferReader.wrap(message));
        if (sourceOf(sender).equals(CBS)) {
            delivery.settle();
        }
        sender.advance();
        flushSoon();
    }

    private void onDelivery(Delivery delivery) {
        if (delivery.getLink() instanceof Receiver receiver) {
            if (delivery.isReadable() && !delivery.isPartial()) {
                byte[] bytes = new byte[delivery.available()];
                receiver.recv(bytes, 0, bytes.length);
                receiver.advance();
                taken(targetOf(receiver), bytes);
                delivery.disposition(Accepted.getInstance());
                delivery.settle();
                if (receiver.getRemoteCredit() < CREDIT / 2) {
                    receiver.flow(CREDIT / 2);
                }
            }
        } else if (delivery.getRemoteState() != null || delivery.remotelySettled()) {
            delivery.disposition(Accepted.getInstance());
            delivery.settle();
        }
    }

    private void taken(String queue, byte[] message) {
        if (queue.equals(CBS)) {
            for (var section : responder.codec.decodeAll(message)) {
                if (section instanceof Properties properties) {
                    responder.relay(CBS, accepted(properties));
                }
            }
        } else if (queue.startsWith("relay")) {
            responder.relay(queue, withHeader(message));
        }
    }

    /** The SDK can't receive a message without a header, but sends such. */
    private byte[] withHeader(byte[] message) {
        var header = new Header();
        header.setDeliveryCount(UnsignedInteger.ZERO);
        byte[] encoded = responder.codec.encode(header);
        boolean present = message.length > 2 && message[2] == HEADER_CODE;
        return present
                ? message
                : ByteBuffer.allocate(encoded.length + message.length).put(encoded).put(message).array();
    }

    private byte[] accepted(Properties request) {
        var out = new ByteArrayOutputStream();
        var properties = new Properties();
        properties.setCorrelationId(request.getMessageId());
        List.of(properties, new ApplicationProperties(Map.of("statusCode", 202, "statusDescription", "Accepted")),
                new AmqpValue(Map.of())).forEach(section -> out.writeBytes(responder.codec.encode(section)));
        return out.toByteArray();
    }

    private void flushSoon() {
        if (!flushPlanned) {
            flushPlanned = true;
            context.runOnContext(_ -> {
                flushPlanned = false;
                flush();
            });
        }
    }

    private void flush() {
        for (int pending = transport.pending(); pending > 0; pending = transport.pending()) {
            byte[] bytes = new byte[pending];
            transport.head().get(bytes);
            transport.pop(pending);
            socket.write(Buffer.buffer(bytes));
        }
        dispatch();
    }
}
