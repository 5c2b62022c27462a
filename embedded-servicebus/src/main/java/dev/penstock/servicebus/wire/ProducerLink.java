package dev.penstock.servicebus.wire;

import dev.penstock.servicebus.entity.Queue;
import dev.penstock.servicebus.entity.RefusedException;
import dev.penstock.servicebus.faults.FaultPoint;
import java.util.function.Supplier;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Receiver;

/** A link on which a client sends to a queue. */
final class ProducerLink implements Attachment {
    private final Broker broker;
    private final AmqpConnection connection;
    private final Queue queue;
    private final IncomingTransfer incoming;
    private final Credit credit;
    private boolean gone;

    ProducerLink(Broker broker, AmqpConnection connection, Queue queue, Receiver receiver) {
        this.broker = broker;
        this.connection = connection;
        this.queue = queue;
        incoming = new IncomingTransfer(receiver, queue.options().maxMessageSizeBytes(), broker.unfinished());
        receiver.setMaxMessageSize(UnsignedLong.valueOf(queue.options().maxMessageSizeBytes()));
        receiver.open();
        credit = new Credit(receiver, broker.limits().producerCredit());
    }

    @Override
    public void onDelivery(Delivery delivery) {
        if (!incoming.take(delivery)) {
            return;
        }
        if (delivery.isAborted()) {
            delivery.settle();
            credit.topUp();
        } else {
            var transfer = incoming.completed();
            connection.gate()
                    .pass(FaultPoint.SEND, queue, () -> store(delivery, transfer),
                            refusal -> acknowledge(delivery, rejection(delivery, refusal)));
        }
    }

    private void store(Delivery delivery, Supplier<byte[]> transfer) {
        broker.durability()
                .perform(() -> enqueue(delivery, transfer.get()), state -> acknowledge(delivery, state),
                        refusal -> rejection(delivery, refusal));
    }

    /** Whatever is refused in a transaction, and why: it must not be committed, as the Java SDK reports the refusal to nobody. */
    private DeliveryState rejection(Delivery delivery, RefusedException refusal) {
        if (delivery.getRemoteState() instanceof TransactionalState transactional) {
            connection.transactions().fail(transactional.getTxnId(), refusal);
        }
        return Settlements.rejection(refusal);
    }

    private DeliveryState enqueue(Delivery delivery, byte[] transfer) {
        var messages = broker.reader().readTransfer(transfer, delivery.getMessageFormat());
        if (delivery.getRemoteState() instanceof TransactionalState transactional) {
            connection.transactions().require(transactional.getTxnId()).send(queue, messages);
            return Settlements.inTransaction(transactional.getTxnId(), Accepted.getInstance());
        }
        queue.enqueue(messages);
        return Accepted.getInstance();
    }

    private void acknowledge(Delivery delivery, DeliveryState state) {
        if (!gone) {
            delivery.disposition(state);
            delivery.settle();
            credit.topUp();
            connection.flushSoon();
        }
    }

    @Override
    public void onFlow() {
        // Credit is ours to grant on this link.
    }

    @Override
    public boolean uses(Queue other) {
        return queue.equals(other);
    }

    @Override
    public void onGone() {
        gone = true;
        incoming.forget();
    }
}
