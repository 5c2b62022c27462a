package dev.penstock.servicebus.wire;

import dev.penstock.servicebus.entity.Condition;
import dev.penstock.servicebus.entity.RefusedException;
import dev.penstock.servicebus.entity.Room;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.transaction.Declare;
import org.apache.qpid.proton.amqp.transaction.Declared;
import org.apache.qpid.proton.amqp.transaction.Discharge;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.EndpointState;
import org.apache.qpid.proton.engine.Receiver;

/** A link on which a client begins and ends transactions (AMQP 1.0 part 4). */
final class CoordinatorLink implements Attachment {
    private static final int MAX_REQUEST_BYTES = 4096;

    private final Broker broker;
    private final AmqpConnection connection;
    private final IncomingTransfer incoming;
    private final Credit credit;
    private final Receiver receiver;
    private final Room room;
    private boolean watching;
    private boolean gone;

    CoordinatorLink(Broker broker, AmqpConnection connection, Receiver receiver) {
        this.broker = broker;
        this.connection = connection;
        this.receiver = receiver;
        room = new Room() {
            @Override
            public boolean take(int bytes) {
                return broker.unfinished().take(bytes);
            }

            @Override
            public void giveBack(int bytes) {
                broker.unfinished().giveBack(bytes);
            }
        };
        incoming = new IncomingTransfer(receiver, MAX_REQUEST_BYTES, broker.unfinished());
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
        } else {
            var transfer = incoming.completed();
            broker.durability()
                    .perform(() -> answer(transfer.get()), state -> acknowledge(delivery, state),
                            Settlements::rejection);
        }
        credit.topUp();
    }

    private DeliveryState answer(byte[] transfer) {
        for (var section : broker.codec().decodeAll(transfer)) {
            if (section instanceof AmqpValue value) {
                return perform(value.getValue());
            }
        }
        throw unknown();
    }

    private void acknowledge(Delivery delivery, DeliveryState state) {
        if (!gone) {
            delivery.disposition(state);
            delivery.settle();
            connection.flushSoon();
        }
    }

    private DeliveryState perform(Object request) {
        return switch (request) {
            case Declare _ -> {
                var declared = new Declared();
                declared.setTxnId(connection.transactions().declare(room));
                watchDeadlines();
                yield declared;
            }
            case Discharge discharge -> {
                connection.transactions().discharge(discharge.getTxnId(), Boolean.TRUE.equals(discharge.getFail()));
                yield Accepted.getInstance();
            }
            default -> throw unknown();
        };
    }

    /** So that what late ones hold back is given up in time, whether or not another one is declared. */
    private void watchDeadlines() {
        var pause = connection.transactions().untilDeadline();
        if (!watching && pause != null) {
            watching = true;
            connection.later(pause, () -> {
                watching = false;
                connection.transactions().rollBackLate();
                watchDeadlines();
            });
        }
    }

    private static RefusedException unknown() {
        return new RefusedException(Condition.NOT_IMPLEMENTED, "A coordinator takes declare and discharge only.");
    }

    @Override
    public void onFlow() {
        // Credit is ours to grant on this link.
    }

    @Override
    public void onConnectionLost() {
        connection.transactions().rollBackAll();
        onGone();
    }

    @Override
    public void onGone() {
        // Its transactions belong to the connection, and go on unless that is closed, too.
        if (receiver.getSession().getConnection().getRemoteState() == EndpointState.CLOSED) {
            connection.transactions().rollBackAll();
        }
        gone = true;
        incoming.forget();
    }
}
