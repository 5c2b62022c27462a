package dev.penstock.servicebus.wire;

import dev.penstock.servicebus.entity.Condition;
import dev.penstock.servicebus.entity.RefusedException;
import dev.penstock.servicebus.management.Access;
import java.time.Duration;
import java.util.function.Consumer;
import org.apache.qpid.proton.engine.Connection;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Event;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Receiver;
import org.apache.qpid.proton.engine.Session;

/** One client's connection: what the engine reports about it, its sessions and, by {@link Links}, their links. */
final class AmqpConnection {
    private final Broker broker;
    private final Access access;
    private final Engine engine;
    private final Transactions transactions;
    private final FaultGate gate;
    private final Links links;
    private int sessions;
    private boolean heldBack;

    AmqpConnection(Broker broker, Engine engine) {
        this.broker = broker;
        this.engine = engine;
        access = new Access(broker.key());
        transactions = new Transactions(broker.clock());
        gate = new FaultGate(broker.faults(), this);
        links = new Links(broker, this);
    }

    String peer() {
        return engine.peer();
    }

    Access access() {
        return access;
    }

    Transactions transactions() {
        return transactions;
    }

    FaultGate gate() {
        return gate;
    }

    Links links() {
        return links;
    }

    /** Does something on the broker's loop after a pause. */
    void later(Duration pause, Runnable task) {
        engine.later(pause, () -> {
            task.run();
            flushSoon();
        });
    }

    /** Breaks the connection without a word. */
    void drop() {
        engine.drop();
    }

    /** Sends what has been handed to the engine, soon; call it after any change outside of this connection's events. */
    void flushSoon() {
        engine.flushSoon();
    }

    boolean isOpen() {
        return engine.isOpen();
    }

    /** Whether more may be handed to the engine; if not, {@link #resume} lets those that asked try again. */
    boolean canSendOn(Session session) {
        boolean can = !engine.isCongested() && session.getOutgoingBytes() < broker.limits().outgoingBytes();
        heldBack |= !can;
        return can;
    }

    /** The engine has written what the socket took: whoever was held back may find room. */
    void resume() {
        if (heldBack && !engine.isCongested()) {
            heldBack = false;
            links.onWritable();
        }
    }

    /** The socket is closed: if nobody said goodbye before, this is how it comes out. */
    void onLost() {
        links.takeAll().forEach(Attachment::onConnectionLost);
    }

    void onEvent(Event event) {
        switch (event.getType()) {
            case CONNECTION_REMOTE_OPEN -> engine.opened();
            case CONNECTION_REMOTE_CLOSE -> closed(event.getConnection());
            case SESSION_REMOTE_OPEN -> sessionOpened(event.getSession());
            case SESSION_REMOTE_CLOSE -> sessionClosed(event.getSession());
            case LINK_REMOTE_OPEN -> links.opened(event.getLink());
            case LINK_REMOTE_CLOSE -> links.closed(event.getLink(), true);
            case LINK_REMOTE_DETACH -> links.closed(event.getLink(), false);
            case LINK_FLOW -> onAttachment(event.getLink(), Attachment::onFlow);
            case DELIVERY -> delivered(event.getDelivery());
            default -> {
                // Local echoes of what we did ourselves, and the transport's own affairs.
            }
        }
    }

    private void onAttachment(Link link, Consumer<Attachment> action) {
        var attachment = links.find(link);
        if (attachment != null) {
            links.touch(link);
            action.accept(attachment);
        }
    }

    private void delivered(Delivery delivery) {
        var link = delivery.getLink();
        if (links.find(link) != null) {
            onAttachment(link, attachment -> attachment.onDelivery(delivery));
        } else if (link instanceof Receiver receiver && delivery.equals(receiver.current())) {
            discard(delivery, receiver);
        }
    }

    /** The link was refused or cut, and its client did not know yet, or doesn't care: nothing of what it sends is kept. */
    private static void discard(Delivery delivery, Receiver receiver) {
        byte[] unwanted = new byte[delivery.available()];
        receiver.recv(unwanted, 0, unwanted.length);
        if (!delivery.isPartial()) {
            receiver.advance();
            delivery.settle();
        }
    }

    private void closed(Connection connection) {
        links.takeAll().forEach(Attachment::onGone);
        connection.close();
    }

    private void sessionOpened(Session session) {
        sessions++;
        session.open();
        if (sessions > broker.limits().sessionsPerConnection()) {
            session.setCondition(Settlements.error(new RefusedException(Condition.RESOURCE_LIMIT_EXCEEDED,
                    "Too many AMQP sessions on this connection: close some, or open another connection.")));
            session.close();
        }
    }

    private void sessionClosed(Session session) {
        sessions--;
        links.forgetAllOf(session);
        session.close();
        session.free();
    }
}
