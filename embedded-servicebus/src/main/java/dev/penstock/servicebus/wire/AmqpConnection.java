package dev.penstock.servicebus.wire;

import dev.penstock.servicebus.entity.Condition;
import dev.penstock.servicebus.entity.Queue;
import dev.penstock.servicebus.entity.RefusedException;
import dev.penstock.servicebus.management.Access;
import dev.penstock.servicebus.management.Caller;
import java.time.Duration;
import java.util.Collection;
import java.util.function.Consumer;
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
    private final FaultGate gate;
    private final IdleLinks idleLinks;
    private final LinkTable links = new LinkTable();
    private int sessions;

    AmqpConnection(Broker broker, Engine engine) {
        this.broker = broker;
        this.engine = engine;
        access = new Access(broker.key());
        transactions = new Transactions(broker.clock());
        gate = new FaultGate(broker.faults(), this);
        idleLinks = new IdleLinks(broker.behaviour().idleLinkTimeout(), broker.clock());
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

    /** There was traffic on a link, or a request in its name. */
    void touch(Link link) {
        idleLinks.touch(link);
    }

    /** Cuts links that have been idle for too long, where the broker is told to behave so. */
    void cutIdleLinks() {
        for (var link : idleLinks.takeIdle()) {
            forget(link);
            cut(link, new RefusedException(Condition.LINK_DETACH_FORCED,
                    "The link was cut because it was idle for too long. Attach again."));
        }
    }

    /** Cuts all links to or from a queue. */
    void cutLinksOf(Queue queue, RefusedException reason) {
        links.all().forEach((link, attachment) -> {
            if (attachment.uses(queue)) {
                forget(link);
                cut(link, reason);
            }
        });
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
        links.all().values().forEach(Attachment::onWritable);
    }

    /** The socket is closed: if nobody said goodbye before, this is how it comes out. */
    void onLost() {
        takeAll().forEach(Attachment::onConnectionLost);
    }

    private Collection<Attachment> takeAll() {
        var taken = links.all();
        taken.keySet().forEach(links::remove);
        return taken.values();
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
            case LINK_FLOW -> onAttachment(event.getLink(), Attachment::onFlow);
            case DELIVERY -> onAttachment(event.getLink(), attachment -> attachment.onDelivery(event.getDelivery()));
            default -> {
                // Local echoes of what we did ourselves, and the transport's own affairs.
            }
        }
    }

    private void onAttachment(Link link, Consumer<Attachment> action) {
        var attachment = links.find(link);
        if (attachment != null) {
            touch(link);
            action.accept(attachment);
        }
    }

    private void closed(Connection connection) {
        takeAll().forEach(Attachment::onGone);
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
        forgetLinksOf(session);
        session.close();
        session.free();
    }

    private void forgetLinksOf(Session session) {
        links.of(session).forEach(this::forget);
    }

    private void linkOpened(Link link) {
        if (isOneTooMany(link)) {
            return;
        }
        try {
            var limits = broker.limits();
            if (links.size() >= (access.isGranted() ? limits.linksPerConnection() : limits.linksBeforeToken())) {
                throw new RefusedException(Condition.RESOURCE_LIMIT_EXCEEDED,
                        "Too many links on this connection: close some, or open another connection.");
            }
            attach(link);
        } catch (RefusedException e) {
            refuse(link, e);
        }
    }

    /** Azure does not refuse the link but ends the whole session, with all that is on it. */
    private boolean isOneTooMany(Link link) {
        var session = link.getSession();
        int allowed = broker.behaviour().maxLinksPerSession();
        if (links.sizeOf(session) < allowed) {
            return false;
        }
        forgetLinksOf(session);
        session.setCondition(Settlements.error(new RefusedException(Condition.RESOURCE_LIMIT_EXCEEDED,
                "An AMQP session has up to " + allowed + " links: use another connection for more.")));
        session.close();
        return true;
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
        links.add(link, attachment);
    }

    /** Answers an attach that can't be: an attach without source and target, then the reason (AMQP 1.0 part 2, 2.6.3). */
    void refuse(Link link, RefusedException refusal) {
        links.remove(link);
        broker.events().linkRefused(peer(), link.getName(), String.valueOf(refusal.getMessage()));
        link.setCondition(Settlements.error(refusal));
        refuseSilently(link);
    }

    /** Like {@link #refuse}, without the reason. */
    void refuseSilently(Link link) {
        links.remove(link);
        link.setSource(null);
        link.setTarget(null);
        link.open();
        link.close();
        flushSoon();
    }

    /** Closes an attached link from our side; its attachment is not told. */
    void cut(Link link, RefusedException reason) {
        links.remove(link);
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
        idleLinks.forget(link);
        var attachment = links.remove(link);
        if (attachment != null) {
            attachment.onGone();
        }
    }

    /** Sends a response; drops it when the client has no link to take it, as it then waits for none. */
    void respond(Link request, String node, @Nullable String replyTo, byte[] response) {
        var link = links.responseLink(request.getSession(), node, replyTo);
        if (link != null) {
            link.send(response);
        }
    }

    @Override
    public dev.penstock.servicebus.entity.@Nullable Consumer consumer(@Nullable String linkName,
            @Nullable String sessionId) {
        var found = links.consumer(linkName, sessionId);
        if (found != null) {
            touch(found.link());
        }
        return found;
    }
}
