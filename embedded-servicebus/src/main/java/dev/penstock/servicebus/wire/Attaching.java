package dev.penstock.servicebus.wire;

import dev.penstock.servicebus.entity.Condition;
import dev.penstock.servicebus.entity.Queue;
import dev.penstock.servicebus.entity.RefusedException;
import dev.penstock.servicebus.faults.FaultPoint;
import java.time.Instant;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transaction.Coordinator;
import org.apache.qpid.proton.engine.EndpointState;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Receiver;
import org.apache.qpid.proton.engine.Sender;
import org.jspecify.annotations.Nullable;

/** Finds out what a link that a client attaches is for. */
final class Attaching {
    private static final String CBS = "$cbs";
    private static final String MANAGEMENT_SUFFIX = "/$management";

    private final Broker broker;
    private final AmqpConnection connection;
    private final Link link;

    Attaching(Broker broker, AmqpConnection connection, Link link) {
        this.broker = broker;
        this.connection = connection;
        this.link = link;
    }

    /**
     * Attaches our end, or leaves that to the moment when a session is granted.
     *
     * @throws RefusedException when there is nothing to attach it to
     */
    void attach() {
        switch (link) {
            case Receiver receiver -> attachToTarget(receiver);
            case Sender sender -> attachToSource(sender);
            default -> throw new IllegalStateException("a link is a sender or a receiver");
        }
    }

    private void attachToTarget(Receiver receiver) {
        switch (receiver.getRemoteTarget()) {
            case Coordinator _ -> add(new CoordinatorLink(broker, connection, receiver));
            case Target target -> attachToAddress(receiver, target);
            case null, default -> throw new RefusedException(Condition.NOT_IMPLEMENTED,
                    "A link to this kind of target is not known here.");
        }
    }

    private void attachToAddress(Receiver receiver, Target target) {
        Unsupported.refuse(target);
        var address = plain(target.getAddress());
        if (address.equalsIgnoreCase(CBS)) {
            add(new RequestLink(broker, connection, receiver, address, null,
                    request -> connection.access().putToken(request, broker.namespace(), now())));
        } else if (isManagement(address)) {
            var queue = requireManaged(address);
            add(new RequestLink(broker, connection, receiver, address, queue,
                    request -> broker.management().handle(request, queue, connection.links())));
        } else {
            var queue = requireSendable(address);
            gated(queue, () -> add(new ProducerLink(broker, connection, queue, receiver)));
        }
    }

    private void attachToSource(Sender sender) {
        if (!(sender.getRemoteSource() instanceof Source source)) {
            throw new RefusedException(Condition.NOT_IMPLEMENTED, "A link from this kind of source is not known here.");
        }
        Unsupported.refuse(source);
        var address = plain(source.getAddress());
        if (address.equalsIgnoreCase(CBS)) {
            add(new ResponseLink(broker, connection, sender, address));
        } else if (isManagement(address)) {
            requireManaged(address);
            add(new ResponseLink(broker, connection, sender, address));
        } else {
            var queue = require(address);
            gated(queue, () -> attachConsumer(sender, source, queue));
        }
    }

    private void attachConsumer(Sender sender, Source source, Queue queue) {
        boolean sessionWanted = SessionAttach.isWanted(source);
        if (sessionWanted != queue.options().requiresSession()) {
            throw new RefusedException(Condition.NOT_ALLOWED, sessionWanted
                    ? "A sessionful message receiver cannot be created on an entity that does not require sessions."
                            + " Receive from it without one, or create it with requiresSession."
                    : "It is not possible for an entity that requires sessions to create a non-sessionful message receiver."
                            + " Accept a session to receive from it.");
        }
        var consumer = new ConsumerLink(broker, connection, queue, sender);
        add(consumer);
        if (sessionWanted) {
            acceptSession(queue, consumer, SessionAttach.wantedId(source));
        } else {
            sender.open();
            // Credit may have come while a scripted fault held the attach back.
            consumer.onWritable();
        }
    }

    private void acceptSession(Queue queue, ConsumerLink consumer, @Nullable String sessionId) {
        if (sessionId != null) {
            queue.sessions().accept(sessionId, consumer);
        } else {
            queue.sessions().acceptNext(consumer, broker.clock().millis() + SessionAttach.timeout(link));
        }
    }

    private void gated(Queue queue, Runnable attaching) {
        connection.gate().pass(FaultPoint.ATTACH, queue, () -> {
            if (isStillWanted()) {
                attaching.run();
            }
        }, refusal -> connection.links().refuse(link, refusal));
    }

    /** A scripted fault may hold an attach back until its client, or the whole connection, has gone. */
    private boolean isStillWanted() {
        return connection.isOpen() && link.getRemoteState() == EndpointState.ACTIVE
                && link.getSession().getLocalState() == EndpointState.ACTIVE;
    }

    private void add(Attachment attachment) {
        connection.links().add(link, attachment);
    }

    private static boolean isManagement(String address) {
        return address.regionMatches(true, address.length() - MANAGEMENT_SUFFIX.length(), MANAGEMENT_SUFFIX, 0,
                MANAGEMENT_SUFFIX.length());
    }

    private Queue requireManaged(String address) {
        return require(address.substring(0, address.length() - MANAGEMENT_SUFFIX.length()));
    }

    private Queue requireSendable(String address) {
        var queue = require(address);
        if (queue.isDeadLetterQueue()) {
            throw new RefusedException(Condition.NOT_ALLOWED,
                    "Nothing can be sent to a dead-letter queue: dead-letter a received message instead.");
        }
        return queue;
    }

    private Queue require(String address) {
        if (!connection.access().allows(address, now())) {
            throw new RefusedException(Condition.UNAUTHORIZED_ACCESS, "No valid token was put for '" + address
                    + "'. Check the key name and the key of the connection string.");
        }
        var queue = broker.namespace().require(address);
        connection.links().guard(link, address);
        return queue;
    }

    private Instant now() {
        return broker.clock().instant();
    }

    /** Clients may write an address as a path or as a whole URI. */
    private static String plain(@Nullable String address) {
        return address == null ? "" : address.replaceFirst("^[a-z]+://[^/]*", "").replaceFirst("^/", "");
    }
}
