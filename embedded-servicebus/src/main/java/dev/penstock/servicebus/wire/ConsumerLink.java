package dev.penstock.servicebus.wire;

import dev.penstock.servicebus.entity.Delivery;
import dev.penstock.servicebus.entity.Queue;
import dev.penstock.servicebus.entity.ReceiveMode;
import dev.penstock.servicebus.entity.RefusedException;
import dev.penstock.servicebus.entity.SessionConsumer;
import dev.penstock.servicebus.faults.FaultPoint;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.codec.ReadableBuffer;
import org.apache.qpid.proton.engine.Sender;
import org.jspecify.annotations.Nullable;

/** A link on which a client receives from a queue, or from one session of it. */
final class ConsumerLink implements Attachment, SessionConsumer {
    private final Broker broker;
    private final AmqpConnection connection;
    private final Queue queue;
    private final Sender sender;
    private final ReceiveMode mode;
    private @Nullable String sessionId;
    private long untaggedDeliveries;
    private boolean gone;

    ConsumerLink(Broker broker, AmqpConnection connection, Queue queue, Sender sender) {
        this.broker = broker;
        this.connection = connection;
        this.queue = queue;
        this.sender = sender;
        mode = sender.getRemoteSenderSettleMode() == SenderSettleMode.SETTLED
                ? ReceiveMode.RECEIVE_AND_DELETE
                : ReceiveMode.PEEK_LOCK;
    }

    Sender link() {
        return sender;
    }

    @Override
    public @Nullable String sessionId() {
        return sessionId;
    }

    @Override
    public ReceiveMode mode() {
        return mode;
    }

    @Override
    public boolean ready() {
        return !gone && sender.getCredit() > 0 && connection.canSendOn(sender.getSession());
    }

    @Override
    public void deliver(Delivery delivery) {
        // First, as it may fail: the engine must not have begun a delivery then.
        byte[] encoded = broker.writer().write(delivery);
        var token = delivery.lockToken();
        byte[] tag = token != null
                ? LockTokens.toTag(token)
                : ByteBuffer.allocate(Long.BYTES).putLong(untaggedDeliveries++).array();
        var outgoing = sender.delivery(tag);
        outgoing.setContext(token);
        sender.sendNoCopy(ReadableBuffer.ByteBufferReader.wrap(encoded));
        if (token == null) {
            outgoing.settle();
        }
        sender.advance();
        connection.links().touch(sender);
        connection.flushSoon();
    }

    @Override
    public void onFlow() {
        queue.consumerReady(this);
        DrainedSender.answer(sender);
    }

    @Override
    public void onWritable() {
        if (sender.getCredit() > 0) {
            queue.consumerReady(this);
        }
    }

    @Override
    public void onDelivery(org.apache.qpid.proton.engine.Delivery delivery) {
        if (!delivery.isUpdated()) {
            return;
        }
        delivery.clear();
        var state = delivery.getRemoteState();
        if (delivery.getContext() instanceof UUID token && (state != null || delivery.remotelySettled())) {
            connection.gate()
                    .pass(FaultPoint.SETTLE, queue,
                            () -> broker.durability()
                                    .perform(() -> settle(token, state, delivery.remotelySettled()),
                                            answer -> acknowledge(delivery, answer), Settlements::rejection),
                            refusal -> acknowledge(delivery, rejection(state, refusal)));
        } else if (delivery.remotelySettled()) {
            delivery.settle();
        }
    }

    /** What a scripted fault refuses in a transaction keeps it from being committed. */
    private DeliveryState rejection(@Nullable DeliveryState state, RefusedException refusal) {
        if (state instanceof TransactionalState transactional) {
            connection.transactions().fail(transactional.getTxnId(), refusal);
        }
        return Settlements.rejection(refusal);
    }

    private DeliveryState settle(UUID token, @Nullable DeliveryState state, boolean givenUp) {
        if (state instanceof TransactionalState transactional) {
            var outcome = transactional.getOutcome() instanceof DeliveryState inner ? inner : null;
            connection.transactions()
                    .require(transactional.getTxnId())
                    .settle(queue, token, Settlements.of(outcome), givenUp);
            return Settlements.inTransaction(transactional.getTxnId(), Settlements.acknowledgement(outcome));
        }
        queue.settle(token, Settlements.of(state));
        return Settlements.acknowledgement(state);
    }

    private void acknowledge(org.apache.qpid.proton.engine.Delivery delivery, DeliveryState state) {
        if (!gone) {
            delivery.disposition(state);
            delivery.settle();
            connection.flushSoon();
        }
    }

    @Override
    public void granted(String grantedSession, long lockedUntil) {
        sessionId = grantedSession;
        SessionAttach.confirm(sender, grantedSession, lockedUntil);
        connection.flushSoon();
    }

    @Override
    public void timedOut() {
        gone = true;
        if (broker.behaviour().detachWithoutCondition()) {
            connection.links().refuseSilently(sender);
        } else {
            connection.links().refuse(sender, SessionAttach.noneFree());
        }
    }

    @Override
    public void sessionLost() {
        gone = true;
        sessionId = null;
        connection.links().cut(sender, SessionAttach.lockLost());
    }

    @Override
    public boolean uses(Queue other) {
        return queue.equals(other);
    }

    @Override
    public void onGone() {
        gone = true;
        queue.consumerGone(this, broker.behaviour().countDeliveriesOnClosedLinks());
    }

    @Override
    public void onConnectionLost() {
        if (broker.behaviour().keepLocksAfterConnectionLoss()) {
            gone = true;
            queue.consumerLost(this);
        } else {
            onGone();
        }
    }
}
