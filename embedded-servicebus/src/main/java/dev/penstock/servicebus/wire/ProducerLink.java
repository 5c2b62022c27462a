package dev.penstock.servicebus.wire;

import dev.penstock.servicebus.entity.Queue;
import dev.penstock.servicebus.entity.RefusedException;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Receiver;

/** A link on which a client sends to a queue. */
final class ProducerLink implements Attachment {
    private final Broker broker;
    private final Queue queue;
    private final Receiver receiver;
    private final IncomingTransfer incoming;

    ProducerLink(Broker broker, Queue queue, Receiver receiver) {
        this.broker = broker;
        this.queue = queue;
        this.receiver = receiver;
        incoming = new IncomingTransfer(receiver, queue.options().maxMessageSizeBytes());
        receiver.setMaxMessageSize(UnsignedLong.valueOf(queue.options().maxMessageSizeBytes()));
        receiver.open();
        receiver.flow(broker.limits().producerCredit());
    }

    @Override
    public void onDelivery(Delivery delivery) {
        if (!delivery.isReadable() && !delivery.isAborted()) {
            return;
        }
        if (!incoming.take(delivery)) {
            return;
        }
        if (delivery.isAborted()) {
            delivery.settle();
        } else {
            delivery.disposition(store(delivery.getMessageFormat()));
            delivery.settle();
        }
        if (receiver.getRemoteCredit() <= broker.limits().producerCredit() / 2) {
            receiver.flow(broker.limits().producerCredit() - receiver.getRemoteCredit());
        }
    }

    private DeliveryState store(int messageFormat) {
        try {
            var messages = broker.reader().readTransfer(incoming.bytes(), messageFormat);
            queue.requireAcceptable(messages);
            messages.forEach(queue::enqueue);
            return Accepted.getInstance();
        } catch (RefusedException e) {
            return Settlements.rejection(e);
        }
    }

    @Override
    public void onFlow() {
        // Credit is ours to grant on this link.
    }

    @Override
    public void onGone() {
        // What was sent is stored, what was under way never arrived.
    }
}
