package dev.penstock.servicebus.wire;

import dev.penstock.servicebus.entity.Condition;
import dev.penstock.servicebus.entity.Consumer;
import dev.penstock.servicebus.entity.RefusedException;
import dev.penstock.servicebus.management.Access;
import dev.penstock.servicebus.management.Caller;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.engine.Connection;
import org.apache.qpid.proton.engine.EndpointState;
import org.apache.qpid.proton.engine.Event;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Session;
import org.jspecify.annotations.Nullable;

/** One client's connection: its sessions and links, and what the engine reports about them. */
final class AmqpConnection implements Caller {
    private final Broker broker;
    private final Access access;
    private final Engine engine;
    private final Transactions transactions;
    private final Map<Link, Attachment> attachments = new LinkedHashMap<>();
    private int sessions;

    AmqpConnection(Broker broker, Engine engine) {
        this.broker = broker;
        this.engine = engine;
        access = new Access(broker.key());
        transactions = new Transactions(broker.clock());
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

    /** Sends what has been handed to the engine, soon; call it after any change outside of this connection's events. */
    void flushSoon() {
        engine.flushSoon();
    }

    boolean canSendOn(Session session) {
        return !engine.isCongested() && session.getOutgoingBytes() < broker.limits().outgoingBytes();
    }

    /** The engine's output has room again. */
    void onWritable() {
        List.copyOf(attachments.values()).forEach(Attachment::onWritable);
    }

    /** The connection is lost or closed: everything on it goes. */
    void onGone() {
        var gone = List.copyOf(attachments.values());
        attachments.clear();
        gone.forEach(Attachment::onGone);
    }

    void onEvent(Event event) {
        switch (event.getType()) {
            case CONNECTION_REMOTE_OPEN -> engine.opened();
            case CONNECTION_REMOTE_CLOSE -> closed(event.getConnection());
            case SESSION_REMOTE_OPEN -> sessionOpened(event.getSession());
            case SESSION_REMOTE_CLOSE -> sessionClosed(event.getSession());
            case LINK_REMOTE_OPEN -> linkOpened(event.getLink());
            case LINK_REMOTE_CLOSE -> linkClosed(event.getLink(), true);
            case LINK_REMOTE_DETACH -> linkClosed(event.getLink(), false);
            case LINK_FLOW -> {
                var attachment = attachments.get(event.getLink());
                if (attachment != null) {
                    attachment.onFlow();
                }
            }
            case DELIVERY -> {
                var attachment = attachments.get(event.getLink());
                if (attachment != null) {
                    attachment.onDelivery(event.getDelivery());
                }
            }
            default -> {
                // Local echoes of what we did ourselves, and the transport's own affairs.
            }
        }
    }

    private void closed(Connection connection) {
        onGone();
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
        for (var link : List.copyOf(attachments.keySet())) {
            if (link.getSession().equals(session)) {
                forget(link);
            }
        }
        session.close();
        session.free();
    }

    private void linkOpened(Link link) {
        try {
            if (attachments.size() >= broker.limits().linksPerConnection()) {
                throw new RefusedException(Condition.RESOURCE_LIMIT_EXCEEDED,
                        "Too many links on this connection: close some, or open another connection.");
            }
            attach(link);
        } catch (RefusedException e) {
            refuse(link, e);
        }
    }

    private void attach(Link link) {
        link.setSource(link.getRemoteSource());
        link.setTarget(link.getRemoteTarget());
        link.setSenderSettleMode(link.getRemoteSenderSettleMode());
        link.setReceiverSettleMode(link.getRemoteReceiverSettleMode());
        new Attaching(broker, this, link).attach();
    }

    /** Registers our end of a link; from here on it is told what happens. */
    void add(Link link, Attachment attachment) {
        attachments.put(link, attachment);
    }

    /** Answers an attach that can't be: an attach without source and target, then the reason (AMQP 1.0 part 2, 2.6.3). */
    void refuse(Link link, RefusedException refusal) {
        attachments.remove(link);
        broker.events().linkRefused(peer(), link.getName(), String.valueOf(refusal.getMessage()));
        link.setSource(null);
        link.setTarget(null);
        link.open();
        link.setCondition(Settlements.error(refusal));
        link.close();
        flushSoon();
    }

    /** Closes an attached link from our side; its attachment is not told. */
    void cut(Link link, RefusedException reason) {
        attachments.remove(link);
        link.setCondition(Settlements.error(reason));
        link.close();
        flushSoon();
    }

    private void linkClosed(Link link, boolean closed) {
        forget(link);
        if (link.getLocalState() == EndpointState.UNINITIALIZED) {
            // It gave up waiting for a session. A detach needs an attach before it.
            link.setSource(null);
            link.setTarget(null);
            link.open();
        }
        if (closed) {
            link.close();
        } else {
            link.detach();
        }
        link.free();
    }

    private void forget(Link link) {
        var attachment = attachments.remove(link);
        if (attachment != null) {
            attachment.onGone();
        }
    }

    void respond(String replyTo, byte[] response) {
        for (var attachment : attachments.values()) {
            if (attachment instanceof ResponseLink link && link.answersTo(replyTo)) {
                link.send(response);
                return;
            }
        }
    }

    @Override
    public @Nullable Consumer consumer(@Nullable String linkName, @Nullable String sessionId) {
        for (var attachment : attachments.values()) {
            if (attachment instanceof ConsumerLink link
                    && (linkName == null
                            ? sessionId != null && sessionId.equals(link.sessionId())
                            : linkName.equals(link.name()))) {
                return link;
            }
        }
        return null;
    }
}
