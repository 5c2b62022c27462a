package dev.penstock.servicebus.wire;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import org.apache.qpid.proton.codec.ReadableBuffer;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Sender;
import org.apache.qpid.proton.engine.Session;
import org.jspecify.annotations.Nullable;

/** A link on which a client gets the responses of {@code $cbs} or a {@code $management} node. */
final class ResponseLink implements Attachment {
    private final Broker broker;
    private final AmqpConnection connection;
    private final Sender sender;
    private final String node;
    private final Queue<byte[]> withoutCredit = new ArrayDeque<>();
    private long sent;

    /** @param node the plain address of the node whose responses it brings */
    ResponseLink(Broker broker, AmqpConnection connection, Sender sender, String node) {
        this.broker = broker;
        this.connection = connection;
        this.node = node;
        this.sender = sender;
        sender.open();
    }

    /** The Java SDK names a reply address as the link's target, the JavaScript SDK uses the link's name for one. */
    boolean answersTo(@Nullable String replyTo) {
        var target = sender.getRemoteTarget();
        return replyTo != null
                && (sender.getName().equals(replyTo) || (target != null && replyTo.equals(target.getAddress())));
    }

    /** Whether it was attached to this node, {@code $cbs} or a queue's {@code $management}. */
    boolean answersFor(String asked) {
        return node.equalsIgnoreCase(asked);
    }

    boolean isOf(Session session) {
        return sender.getSession().equals(session);
    }

    /** Drops responses for which the client grants no credit when there are too many, the oldest first: it has given them up. */
    void send(byte[] response) {
        while (!withoutCredit.isEmpty() && withoutCredit.size() >= broker.limits().pendingResponses()) {
            take();
        }
        if (broker.unfinished().take(response.length)) {
            withoutCredit.add(response);
        }
        onFlow();
    }

    private byte[] take() {
        byte[] response = withoutCredit.remove();
        broker.unfinished().giveBack(response.length);
        return response;
    }

    @Override
    public void onFlow() {
        while (sender.getCredit() > 0 && !withoutCredit.isEmpty()) {
            var delivery = sender.delivery(ByteBuffer.allocate(Long.BYTES).putLong(sent++).array());
            sender.sendNoCopy(ReadableBuffer.ByteBufferReader.wrap(take()));
            delivery.settle();
            sender.advance();
        }
        DrainedSender.answer(sender);
        connection.flushSoon();
    }

    @Override
    public void onDelivery(Delivery delivery) {
        delivery.settle();
    }

    @Override
    public void onGone() {
        while (!withoutCredit.isEmpty()) {
            take();
        }
    }
}
