package dev.penstock.servicebus.message;

import dev.penstock.servicebus.entity.Delivery;
import dev.penstock.servicebus.entity.Message;
import dev.penstock.servicebus.entity.MessageState;
import dev.penstock.servicebus.entity.StoredMessage;
import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.DeliveryAnnotations;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.jspecify.annotations.Nullable;

/** Writes what consumers get: the sender's sections with the broker's header, annotations and changed properties. */
public final class MessageWriter {
    private static final Symbol SEQUENCE_NUMBER = Symbol.valueOf("x-opt-sequence-number");
    private static final Symbol ENQUEUED_SEQUENCE_NUMBER = Symbol.valueOf("x-opt-enqueue-sequence-number");
    private static final Symbol ENQUEUED_TIME = Symbol.valueOf("x-opt-enqueued-time");
    private static final Symbol LOCKED_UNTIL = Symbol.valueOf("x-opt-locked-until");
    private static final Symbol LOCK_TOKEN = Symbol.valueOf("x-opt-lock-token");
    private static final Symbol MESSAGE_STATE = Symbol.valueOf("x-opt-message-state");
    private static final Symbol DEAD_LETTER_SOURCE = Symbol.valueOf("x-opt-deadletter-source");

    private final AmqpCodec codec;

    public MessageWriter(AmqpCodec codec) {
        this.codec = codec;
    }

    /** As it goes out on a link, where the delivery's tag is the lock token. */
    public byte[] write(Delivery delivery) {
        return write(delivery.message(), delivery.lockedUntil(), null);
    }

    /** As it goes out in a response, where it has no tag: the Python SDK looks for the lock token in the message. */
    public byte[] writeInResponse(Delivery delivery) {
        return write(delivery.message(), delivery.lockedUntil(), delivery.lockToken());
    }

    /** As it is shown to one who peeks. */
    public byte[] write(StoredMessage message) {
        return write(message, 0, null);
    }

    private byte[] write(StoredMessage message, long lockedUntil, @Nullable UUID lockToken) {
        byte[] encoded = message.message().encoded();
        var sections = Section.of(encoded);
        var out = new ByteArrayOutputStream(encoded.length + 256);
        out.writeBytes(codec.encode(header(message, sections)));
        var deliveryAnnotations = deliveryAnnotations(message, sections, lockToken);
        if (!deliveryAnnotations.isEmpty()) {
            out.writeBytes(codec.encode(new DeliveryAnnotations(deliveryAnnotations)));
        }
        out.writeBytes(codec.encode(new MessageAnnotations(annotations(message, sections, lockedUntil))));
        boolean merged = message.changedProperties().isEmpty();
        for (var section : sections) {
            if (!merged && section.code() >= Section.APPLICATION_PROPERTIES) {
                out.writeBytes(codec.encode(new ApplicationProperties(mergedProperties(message, sections))));
                merged = true;
            }
            if (passesThrough(section, message)) {
                out.write(encoded, section.start(), section.end() - section.start());
            }
        }
        if (!merged) {
            out.writeBytes(codec.encode(new ApplicationProperties(mergedProperties(message, sections))));
        }
        return out.toByteArray();
    }

    private static boolean passesThrough(Section section, StoredMessage message) {
        return switch (section.code()) {
            case Section.HEADER, Section.DELIVERY_ANNOTATIONS, Section.MESSAGE_ANNOTATIONS -> false;
            case Section.APPLICATION_PROPERTIES -> message.changedProperties().isEmpty();
            default -> true;
        };
    }

    /** Always there and complete: the Java SDK fails without a header, the JavaScript one without a delivery count. */
    private Header header(StoredMessage message, List<Section> sections) {
        var header = decode(message, sections, Section.HEADER) instanceof Header sent ? sent : new Header();
        header.setDeliveryCount(UnsignedInteger.valueOf(message.deliveryCount()));
        long timeToLive = message.message().timeToLive();
        header.setTtl(timeToLive == Message.FOREVER
                ? null
                : UnsignedInteger.valueOf(Math.min(timeToLive, UnsignedInteger.MAX_VALUE.longValue())));
        return header;
    }

    private Map<Symbol, Object> deliveryAnnotations(StoredMessage message, List<Section> sections,
            @Nullable UUID lockToken) {
        Map<Symbol, Object> annotations = new LinkedHashMap<>();
        if (decode(message, sections, Section.DELIVERY_ANNOTATIONS) instanceof DeliveryAnnotations sent
                && sent.getValue() != null) {
            annotations.putAll(sent.getValue());
        }
        annotations.remove(LOCK_TOKEN);
        if (lockToken != null) {
            annotations.put(LOCK_TOKEN, lockToken);
        }
        return annotations;
    }

    private Map<Symbol, Object> annotations(StoredMessage message, List<Section> sections, long lockedUntil) {
        Map<Symbol, Object> annotations = new LinkedHashMap<>();
        if (decode(message, sections, Section.MESSAGE_ANNOTATIONS) instanceof MessageAnnotations sent
                && sent.getValue() != null) {
            annotations.putAll(sent.getValue());
        }
        annotations.put(SEQUENCE_NUMBER, message.sequenceNumber());
        annotations.put(ENQUEUED_SEQUENCE_NUMBER, message.enqueuedSequenceNumber());
        annotations.put(ENQUEUED_TIME, AmqpValues.timestamp(message.enqueuedAt()));
        // A sender that passes a received message on may have left the earlier broker's values in it.
        annotations.remove(LOCKED_UNTIL);
        annotations.remove(MESSAGE_STATE);
        annotations.remove(DEAD_LETTER_SOURCE);
        if (lockedUntil != 0) {
            annotations.put(LOCKED_UNTIL, AmqpValues.timestamp(lockedUntil));
        }
        if (message.state() != MessageState.ACTIVE) {
            annotations.put(MESSAGE_STATE, message.state() == MessageState.DEFERRED ? 1 : 2);
        }
        if (message.deadLetterSource() != null) {
            annotations.put(DEAD_LETTER_SOURCE, message.deadLetterSource());
        }
        return annotations;
    }

    private Map<String, Object> mergedProperties(StoredMessage message, List<Section> sections) {
        Map<String, Object> merged = new HashMap<>();
        if (decode(message, sections, Section.APPLICATION_PROPERTIES) instanceof ApplicationProperties sent
                && sent.getValue() != null) {
            merged.putAll(sent.getValue());
        }
        merged.putAll(message.changedProperties());
        return merged;
    }

    private @Nullable Object decode(StoredMessage message, List<Section> sections, int code) {
        byte[] encoded = message.message().encoded();
        for (var section : sections) {
            if (section.code() == code && !section.isEmptyMap(encoded)) {
                return codec.decode(encoded, section.start(), section.end());
            }
        }
        return null;
    }
}
