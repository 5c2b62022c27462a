package dev.penstock.servicebus.wire;

import dev.penstock.servicebus.entity.Condition;
import dev.penstock.servicebus.entity.Consumer;
import dev.penstock.servicebus.entity.Queue;
import dev.penstock.servicebus.entity.RefusedException;
import dev.penstock.servicebus.management.Caller;
import java.util.Collection;
import org.apache.qpid.proton.engine.EndpointState;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Session;
import org.jspecify.annotations.Nullable;

/** The links of one connection, from their attach to their end, whichever side brings it about. */
final class Links implements Caller {
    private final Broker broker;
    private final AmqpConnection connection;
    private final LinkTable table = new LinkTable();
    private final IdleLinks idle;
    private final GuardedLinks guarded = new GuardedLinks();

    Links(Broker broker, AmqpConnection connection) {
        this.broker = broker;
        this.connection = connection;
        idle = new IdleLinks(broker.behaviour().idleLinkTimeout(), broker.clock());
    }

    /** @throws IllegalStateException when the AMQP session has a link of this name already; the engine knows them by name */
    void opened(Link link) {
        if (table.find(link) != null) {
            throw new IllegalStateException("a second attach of the link " + link.getName());
        }
        if (isEnded(link.getSession()) || isOneTooMany(link)) {
            return;
        }
        try {
            var limits = broker.limits();
            if (table.size() >= (connection.access().isGranted()
                    ? limits.linksPerConnection()
                    : limits.linksBeforeToken())) {
                throw new RefusedException(Condition.RESOURCE_LIMIT_EXCEEDED,
                        "Too many links on this connection: close some, or open another connection.");
            }
            attach(link);
        } catch (RefusedException e) {
            refuse(link, e);
        }
    }

    /** We have ended it, and its client did not know yet: what comes on it is ignored. */
    private static boolean isEnded(Session session) {
        return session.getLocalState() == EndpointState.CLOSED;
    }

    /** Azure does not refuse the link but ends the whole session, with all that is on it. */
    private boolean isOneTooMany(Link link) {
        var session = link.getSession();
        int allowed = broker.behaviour().maxLinksPerSession();
        if (table.sizeOf(session) < allowed) {
            return false;
        }
        forgetAllOf(session);
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
        new Attaching(broker, connection, link).attach();
    }

    /** Registers our end of a link; from here on it is told what happens. */
    void add(Link link, Attachment attachment) {
        table.add(link, attachment);
        touch(link);
    }

    /** Answers an attach that can't be: an attach without source and target, then the reason (AMQP 1.0 part 2, 2.6.3). */
    void refuse(Link link, RefusedException refusal) {
        broker.events().linkRefused(connection.peer(), link.getName(), String.valueOf(refusal.getMessage()));
        link.setCondition(Settlements.error(refusal));
        refuseSilently(link);
    }

    /** Like {@link #refuse}, without the reason. */
    void refuseSilently(Link link) {
        take(link);
        attachToNothing(link);
        link.close();
        connection.flushSoon();
    }

    /** Closes a link from our side; its attachment is not told. */
    void cut(Link link, RefusedException reason) {
        take(link);
        link.setCondition(Settlements.error(reason));
        if (link.getLocalState() == EndpointState.UNINITIALIZED) {
            attachToNothing(link);
        }
        link.close();
        connection.flushSoon();
    }

    /** A detach needs an attach before it, which must not look like a granted session. */
    private static void attachToNothing(Link link) {
        link.setSource(null);
        link.setTarget(null);
        link.open();
    }

    void closed(Link link, boolean closed) {
        forget(link);
        if (isEnded(link.getSession())) {
            return;
        }
        if (link.getLocalState() == EndpointState.UNINITIALIZED) {
            // It gave up waiting for a session.
            attachToNothing(link);
        }
        if (closed) {
            link.close();
        } else {
            link.detach();
        }
        link.free();
    }

    private @Nullable Attachment take(Link link) {
        idle.forget(link);
        guarded.forget(link);
        return table.remove(link);
    }

    private void forget(Link link) {
        var attachment = take(link);
        if (attachment != null) {
            attachment.onGone();
        }
    }

    /** Sends a response; drops it when the client has no link to take it, as it then waits for none. */
    void respond(Link request, String node, @Nullable String replyTo, byte[] response) {
        var link = table.responseLink(request.getSession(), node, replyTo);
        if (link != null) {
            link.send(response);
        }
    }

    @Override
    public @Nullable Consumer consumer(Queue queue, @Nullable String linkName, @Nullable String sessionId) {
        var found = table.consumer(queue, linkName, sessionId);
        if (found != null) {
            touch(found.link());
        }
        return found;
    }

    /** There was traffic on a link, or a request in its name. */
    void touch(Link link) {
        idle.touch(link);
    }

    /**
     * Cuts links that have been idle for too long, where the broker is told to behave so, and those whose token ran out
     * before another one came.
     */
    void cutOverdue() {
        for (var link : idle.takeIdle()) {
            forget(link);
            cut(link, new RefusedException(Condition.LINK_DETACH_FORCED,
                    "The link was cut because it was idle for too long. Attach again."));
        }
        for (var link : guarded.takeLapsed(connection.access(), broker.clock().instant())) {
            forget(link);
            cut(link, new RefusedException(Condition.UNAUTHORIZED_ACCESS,
                    "The token for this link has expired. Put another one in time, and attach again."));
        }
    }

    /** From now on the link needs a token for that address. */
    void guard(Link link, String address) {
        guarded.add(link, address);
    }

    /** Cuts all links to or from a queue. */
    void cutAllOf(Queue queue, RefusedException reason) {
        table.all().forEach((link, attachment) -> {
            if (attachment.uses(queue)) {
                forget(link);
                cut(link, reason);
            }
        });
    }

    /** The AMQP session is gone. */
    void forgetAllOf(Session session) {
        table.of(session).forEach(this::forget);
    }

    /** The connection is gone: takes out whatever is attached. */
    Collection<Attachment> takeAll() {
        var taken = table.all();
        taken.keySet().forEach(table::remove);
        return taken.values();
    }

    /** The engine's output has room again. */
    void onWritable() {
        table.all().values().forEach(Attachment::onWritable);
    }

    @Nullable
    Attachment find(Link link) {
        return table.find(link);
    }
}
