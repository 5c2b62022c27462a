package dev.penstock.servicebus.wire;

import dev.penstock.servicebus.entity.Condition;
import dev.penstock.servicebus.entity.RefusedException;
import dev.penstock.servicebus.management.Request;
import dev.penstock.servicebus.management.Response;
import java.util.function.Function;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Receiver;

/** A link on which a client sends requests to {@code $cbs} or a {@code $management} node. */
final class RequestLink implements Attachment {
    private static final int MAX_REQUEST_OVERHEAD = 64 * 1024;

    private final Broker broker;
    private final AmqpConnection connection;
    private final Receiver receiver;
    private final Function<Request, Response> node;
    private final RequestCodec codec;
    private final IncomingTransfer incoming;

    RequestLink(Broker broker, AmqpConnection connection, Receiver receiver, int maxMessageBytes,
            Function<Request, Response> node) {
        this.broker = broker;
        this.connection = connection;
        this.receiver = receiver;
        this.node = node;
        codec = new RequestCodec(broker.codec());
        incoming = new IncomingTransfer(receiver, maxMessageBytes + MAX_REQUEST_OVERHEAD);
        receiver.open();
        receiver.flow(broker.limits().producerCredit());
    }

    @Override
    public void onDelivery(Delivery delivery) {
        if ((!delivery.isReadable() && !delivery.isAborted()) || !incoming.take(delivery)) {
            return;
        }
        if (!delivery.isAborted()) {
            answer();
            delivery.disposition(Accepted.getInstance());
        }
        delivery.settle();
        if (receiver.getRemoteCredit() <= broker.limits().producerCredit() / 2) {
            receiver.flow(broker.limits().producerCredit() - receiver.getRemoteCredit());
        }
    }

    /** Always answers a request that says where to: the SDKs wait for minutes otherwise. */
    private void answer() {
        Request request;
        try {
            request = codec.decode(incoming.bytes());
        } catch (RefusedException e) {
            broker.events().protocolError(connection.peer(), e);
            return;
        }
        if (request.replyTo() != null) {
            connection.respond(request.replyTo(), codec.encode(request, responseTo(request)));
        }
    }

    private Response responseTo(Request request) {
        try {
            return node.apply(request);
        } catch (RuntimeException e) {
            broker.events().failed("a request for " + request.operation(), e);
            return Response.refused(new RefusedException(Condition.INTERNAL_ERROR, "The broker failed: " + e));
        }
    }

    @Override
    public void onFlow() {
        // Credit is ours to grant on this link.
    }

    @Override
    public void onGone() {
        // Responses go out on another link.
    }
}
