package dev.penstock.servicebus.management;

import dev.penstock.servicebus.entity.Condition;
import dev.penstock.servicebus.entity.Consumer;
import dev.penstock.servicebus.entity.Message;
import dev.penstock.servicebus.entity.Queue;
import dev.penstock.servicebus.entity.ReceiveMode;
import dev.penstock.servicebus.entity.RefusedException;
import dev.penstock.servicebus.entity.SessionConsumer;
import dev.penstock.servicebus.entity.Settlement;
import dev.penstock.servicebus.entity.Transaction;
import dev.penstock.servicebus.message.AmqpValues;
import dev.penstock.servicebus.message.MessageReader;
import dev.penstock.servicebus.message.MessageWriter;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;
import org.jspecify.annotations.Nullable;

/**
 * Answers {@code <queue>/$management}: operations and keys as in Microsoft's "AMQP request/response operations".
 * Arrays in responses are boxed because proton-j encodes only those as AMQP arrays inside a map.
 */
public final class ManagementNode {
    private static final String PREFIX = "com.microsoft:";
    private static final int MAX_PEEKED_MESSAGES = 1000;
    private static final int MAX_PEEKED_BYTES = 1024 * 1024;
    private static final int MAX_LISTED_SESSIONS = 1000;
    private static final int MAX_DELETED_MESSAGES = 4000;

    private final MessageReader reader;
    private final MessageWriter writer;

    public ManagementNode(MessageReader reader, MessageWriter writer) {
        this.reader = reader;
        this.writer = writer;
    }

    /** Never throws for what a client sent: a refusal is a response, too. */
    public Response handle(Request request, Queue queue, Caller caller) {
        try {
            return perform(request, queue, caller);
        } catch (RefusedException e) {
            return Response.refused(e);
        }
    }

    private Response perform(Request request, Queue queue, Caller caller) {
        if (!request.operation().startsWith(PREFIX)) {
            throw unknown(request);
        }
        return switch (request.operation().substring(PREFIX.length())) {
            case "renew-lock" -> renewLocks(request, queue);
            case "peek-message" -> peek(request, queue, holder(request, queue, caller));
            case "schedule-message" -> schedule(request, queue);
            case "cancel-scheduled-message" -> cancelScheduled(request, queue);
            case "receive-by-sequence-number" -> receiveDeferred(request, queue, holder(request, queue, caller));
            case "update-disposition" -> settle(request, queue);
            case "renew-session-lock" -> renewSessionLock(request, queue, holder(request, queue, caller));
            case "get-session-state" -> sessionState(request, queue);
            case "set-session-state" -> setSessionState(request, queue, holder(request, queue, caller));
            case "get-message-sessions" -> sessions(request, queue);
            case "batch-delete-messages" -> deleteMessages(request, queue, holder(request, queue, caller));
            default -> throw unknown(request);
        };
    }

    private static RefusedException unknown(Request request) {
        return new RefusedException(Condition.NOT_IMPLEMENTED,
                "The operation \"" + request.operation() + "\" is not known here.");
    }

    private static @Nullable Consumer holder(Request request, Queue queue, Caller caller) {
        var linkName = request.properties().get("associated-link-name") instanceof String name ? name : null;
        return caller.consumer(queue, linkName, request.find("session-id", String.class));
    }

    private static Response renewLocks(Request request, Queue queue) {
        var ends = request.tokens("lock-tokens")
                .stream()
                .map(token -> AmqpValues.timestamp(queue.renewLock(token)))
                .toArray(Date[]::new);
        return Response.ok(Map.of("expirations", ends));
    }

    /** The Go SDK names a session's link, but not the session. */
    private Response peek(Request request, Queue queue, @Nullable Consumer holder) {
        var named = request.find("session-id", String.class);
        var session = named == null && holder instanceof SessionConsumer owner ? owner.sessionId() : named;
        long from = request.number("from-sequence-number");
        int count = Math.clamp(request.number("message-count"), 0, MAX_PEEKED_MESSAGES);
        List<Map<String, Object>> messages = new ArrayList<>();
        int bytes = 0;
        for (var message : queue.peek(from, count, session)) {
            byte[] encoded = writer.write(message);
            bytes += encoded.length;
            if (!messages.isEmpty() && bytes > MAX_PEEKED_BYTES) {
                break;
            }
            messages.add(Map.of("message", new Binary(encoded)));
        }
        return messages.isEmpty() ? Response.noContent() : Response.ok(Map.of("messages", messages));
    }

    private Response schedule(Request request, Queue queue) {
        var messages = request.require("messages", List.class);
        List<Message> read = new ArrayList<>();
        for (var entry : messages) {
            if (!(entry instanceof Map<?, ?> map && map.get("message") instanceof Binary encoded)) {
                throw new RefusedException(Condition.ARGUMENT_ERROR, "Each of the messages must hold a message.");
            }
            if (encoded.getLength() > queue.options().maxMessageSizeBytes()) {
                throw new RefusedException(Condition.MESSAGE_SIZE_EXCEEDED,
                        "The message is larger than the " + queue.options().maxMessageSizeBytes()
                                + " bytes that are allowed here. Send less in one message.");
            }
            read.add(reader.read(AmqpValues.bytes(encoded)));
        }
        return Response
                .ok(Map.of("sequence-numbers", enqueue(read, queue, request.transaction()).toArray(Long[]::new)));
    }

    private static List<Long> enqueue(List<Message> messages, Queue queue, @Nullable Transaction transaction) {
        return transaction != null ? transaction.send(queue, messages) : queue.enqueue(messages);
    }

    private static Response cancelScheduled(Request request, Queue queue) {
        queue.cancelScheduled(request.numbers("sequence-numbers"));
        return Response.ok(Map.of());
    }

    private Response receiveDeferred(Request request, Queue queue, @Nullable Consumer holder) {
        var numbers = request.numbers("sequence-numbers");
        boolean lock = request.number("receiver-settle-mode") == 1;
        var mode = lock ? ReceiveMode.PEEK_LOCK : ReceiveMode.RECEIVE_AND_DELETE;
        List<Map<String, Object>> messages = new ArrayList<>();
        for (var delivery : queue.receiveDeferred(numbers, mode, holder)) {
            Map<String, Object> entry = new HashMap<>();
            entry.put("message", new Binary(writer.writeInResponse(delivery)));
            if (delivery.lockToken() != null) {
                entry.put("lock-token", delivery.lockToken());
            }
            messages.add(entry);
        }
        if (messages.isEmpty()) {
            throw new RefusedException(Condition.MESSAGE_NOT_FOUND,
                    "No deferred message with these sequence numbers can be received now.");
        }
        return Response.ok(Map.of("messages", messages));
    }

    private static Response settle(Request request, Queue queue) {
        var settlement = settlement(request);
        for (var token : request.tokens("lock-tokens")) {
            if (request.transaction() != null) {
                request.transaction().settle(queue, token, settlement, false);
            } else {
                queue.settle(token, settlement);
            }
        }
        return Response.ok(Map.of());
    }

    private static Settlement settlement(Request request) {
        var properties = AmqpValues.stringKeys(request.find("properties-to-modify", Map.class));
        return switch (request.require("disposition-status", String.class)) {
            case "completed" -> new Settlement.Complete();
            case "abandoned" -> new Settlement.Abandon(properties);
            case "released" -> new Settlement.Release();
            // The SDKs spell it so.
            case "defered" -> new Settlement.Defer(properties);
            case "suspended" -> new Settlement.DeadLetter(request.find("deadletter-reason", String.class),
                    request.find("deadletter-description", String.class), properties);
            default -> throw new RefusedException(Condition.ARGUMENT_ERROR,
                    "The disposition-status is not one of completed, abandoned, released, defered, suspended.");
        };
    }

    private static Response renewSessionLock(Request request, Queue queue, @Nullable Consumer holder) {
        long until = queue.sessions().renewLock(request.require("session-id", String.class), holder);
        return Response.ok(Map.of("expiration", AmqpValues.timestamp(until)));
    }

    private static Response sessionState(Request request, Queue queue) {
        byte[] state = queue.sessions().state(request.require("session-id", String.class));
        Map<String, @Nullable Object> body = new HashMap<>();
        body.put("session-state", state == null ? null : new Binary(state));
        return Response.ok(body);
    }

    private static Response setSessionState(Request request, Queue queue, @Nullable Consumer holder) {
        byte[] state = request.has("session-state")
                ? AmqpValues.bytes(request.require("session-state", Binary.class))
                : null;
        queue.sessions().setState(request.require("session-id", String.class), state, holder);
        return Response.ok(Map.of());
    }

    /** Sessions are not told apart by when they changed: all that hold something are returned. */
    private static Response sessions(Request request, Queue queue) {
        long skip = Math.max(0, request.number("skip"));
        long top = Math.clamp(request.number("top"), 0, MAX_LISTED_SESSIONS);
        var ids = queue.sessions().ids().stream().skip(skip).limit(top).toArray(String[]::new);
        return ids.length == 0
                ? Response.noContent()
                : Response.ok(Map.of("skip", (int) skip + ids.length, "sessions-ids", ids));
    }

    private static Response deleteMessages(Request request, Queue queue, @Nullable Consumer holder) {
        int count = Math.clamp(request.number("message-count"), 0, MAX_DELETED_MESSAGES);
        long before = AmqpValues.epochMillis(request.require("enqueued-time-utc", Date.class));
        int deleted = queue.deleteMessages(count, before, holder);
        return deleted == 0 ? Response.noContent() : Response.ok(Map.of("message-count", deleted));
    }
}
