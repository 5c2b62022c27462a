package dev.penstock.servicebus.wire;

import dev.penstock.servicebus.entity.Queue;
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
        incoming = new IncomingTransfer(receiver, queue.options().maxMessageSizeBytes());
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
            broker.durability()
                    .perform(() -> store(delivery), state -> acknowledge(delivery, state),
                            Settlements::rejection);
        }
    }

    private DeliveryState store(Delivery delivery) {
        var messages = broker.reader().readTransfer(incoming.bytes(), delivery.getMessageFormat());
        if (delivery.getRemoteState() instanceof TransactionalState transactional) {
            connection.transactions().require(transactional.getTxnId()).send(queue, messages);
            return Settlements.inTransaction(transactional.getTxnId(), Accepted.getInstance());
        }
        queue.requireAcceptable(messages);
        messages.forEach(queue::enqueue);
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
    public void onGone() {
        gone = true;
    }
}
