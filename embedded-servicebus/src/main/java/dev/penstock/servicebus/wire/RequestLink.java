package dev.penstock.servicebus.wire;

import dev.penstock.servicebus.entity.Condition;
import dev.penstock.servicebus.entity.Queue;
import dev.penstock.servicebus.entity.RefusedException;
import dev.penstock.servicebus.entity.Transaction;
import dev.penstock.servicebus.faults.FaultPoint;
import dev.penstock.servicebus.management.Request;
import dev.penstock.servicebus.management.Response;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Receiver;
import org.jspecify.annotations.Nullable;

/** A link on which a client sends requests to {@code $cbs} or a {@code $management} node. */
final class RequestLink implements Attachment {
    private static final int MAX_REQUEST_OVERHEAD = 64 * 1024;

    private final Broker broker;
    private final AmqpConnection connection;
    private final Receiver receiver;
    private final String address;
    private final @Nullable Queue queue;
    private final Function<Request, Response> node;
    private final RequestCodec codec;
    private final IncomingTransfer incoming;
    private final Credit credit;

    /**
     * @param address the node's plain address
     * @param queue whose management node it is, {@code null} for {@code $cbs}
     */
    RequestLink(Broker broker, AmqpConnection connection, Receiver receiver, String address, @Nullable Queue queue,
            Function<Request, Response> node) {
        this.broker = broker;
        this.connection = connection;
        this.receiver = receiver;
        this.address = address;
        this.queue = queue;
        this.node = node;
        codec = new RequestCodec(broker.codec());
        int maxMessageBytes = queue == null ? 0 : queue.options().maxMessageSizeBytes();
        incoming = new IncomingTransfer(receiver, maxMessageBytes + MAX_REQUEST_OVERHEAD, broker.unfinished());
        receiver.open();
        credit = new Credit(receiver, broker.limits().producerCredit());
    }

    @Override
    public void onDelivery(Delivery delivery) {
        if (!incoming.take(delivery)) {
            return;
        }
        if (!delivery.isAborted()) {
            answer(delivery.getRemoteState());
            delivery.disposition(Accepted.getInstance());
        }
        delivery.settle();
        credit.topUp();
    }

    /** Always answers: the SDKs wait for minutes otherwise. */
    private void answer(@Nullable DeliveryState state) {
        Request request;
        try {
            request = codec.decode(incoming.completed().get(), transactionOf(state));
        } catch (RefusedException e) {
            broker.events().protocolError(connection.peer(), e);
            return;
        }
        Consumer<Response> respond = response -> connection.links()
                .respond(receiver, address, request.replyTo(),
                        codec.encode(request, response));
        if (queue == null) {
            respond.accept(responseTo(request));
        } else {
            connection.gate()
                    .pass(FaultPoint.REQUEST, queue,
                            () -> broker.durability().perform(() -> responseTo(request), respond, Response::refused),
                            refusal -> respond.accept(Response.refused(refusal)));
        }
    }

    private @Nullable Transaction transactionOf(@Nullable DeliveryState state) {
        return state instanceof TransactionalState transactional
                ? connection.transactions().require(transactional.getTxnId())
                : null;
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
    public boolean uses(Queue other) {
        return other.equals(queue);
    }

    @Override
    public void onGone() {
        // Responses go out on another link.
        incoming.forget();
    }
}
