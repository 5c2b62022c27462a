package dev.penstock.servicebus.message;

import dev.penstock.servicebus.entity.Delivery;
import dev.penstock.servicebus.entity.Message;
import dev.penstock.servicebus.entity.MessageState;
import dev.penstock.servicebus.entity.StoredMessage;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.DeliveryAnnotations;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.jspecify.annotations.Nullable;

/** Writes what consumers get: the sender's sections with the broker's header, annotations and changed properties. */
public final class MessageWriter {
    /** An annotation's key. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Key(Symbol symbol, byte[] encoded) {
        static Key of(String name) {
            return new Key(Symbol.valueOf(name), new AmqpCodec().encode(Symbol.valueOf(name)));
        }
    }

    private static final Key SEQUENCE_NUMBER = Key.of("x-opt-sequence-number");
    private static final Key ENQUEUED_SEQUENCE_NUMBER = Key.of("x-opt-enqueue-sequence-number");
    private static final Key ENQUEUED_TIME = Key.of("x-opt-enqueued-time");
    private static final Key LOCKED_UNTIL = Key.of("x-opt-locked-until");
    private static final Key MESSAGE_STATE = Key.of("x-opt-message-state");
    private static final Key DEAD_LETTER_SOURCE = Key.of("x-opt-deadletter-source");
    private static final Set<Symbol> OWN_ANNOTATIONS = Stream
            .of(SEQUENCE_NUMBER, ENQUEUED_SEQUENCE_NUMBER, ENQUEUED_TIME, LOCKED_UNTIL, MESSAGE_STATE,
                    DEAD_LETTER_SOURCE)
            .map(Key::symbol)
            .collect(Collectors.toUnmodifiableSet());
    private static final Symbol LOCK_TOKEN = Symbol.valueOf("x-opt-lock-token");

    private static final int DURABLE = 0;
    private static final int PRIORITY = 1;
    private static final int FIRST_ACQUIRER = 3;
    private static final long MAX_UINT = 0xffff_ffffL;

    private final AmqpCodec codec;
    private final Encoding out = new Encoding();

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
        out.clear();
        writeHeader(message, sections);
        var deliveryAnnotations = deliveryAnnotations(message, sections, lockToken);
        if (!deliveryAnnotations.isEmpty()) {
            out.bytes(codec.encode(new DeliveryAnnotations(Boxed.map(deliveryAnnotations))));
        }
        writeAnnotations(message, sections, lockedUntil);
        if (message.changedProperties().isEmpty()) {
            copy(encoded, sections, Section.PROPERTIES, Section.FOOTER);
        } else {
            copy(encoded, sections, Section.PROPERTIES, Section.PROPERTIES);
            out.bytes(codec.encode(new ApplicationProperties(Boxed.map(mergedProperties(message, sections)))));
            copy(encoded, sections, Section.APPLICATION_PROPERTIES + 1, Section.FOOTER);
        }
        return out.take();
    }

    /** Copies the sections from one code to another, which lie one after the other. */
    private void copy(byte[] encoded, List<Section> sections, int from, int to) {
        for (var section : sections) {
            if (section.code() >= from && section.code() <= to) {
                out.bytes(encoded, section.start(), section.end());
            }
        }
    }

    /** Always there and complete: the Java SDK fails without a header, the JavaScript one without a delivery count. */
    private void writeHeader(StoredMessage message, List<Section> sections) {
        var sent = sentHeader(message, sections);
        long timeToLive = message.message().timeToLive();
        int start = out.startList(Section.HEADER);
        copy(sent, DURABLE);
        copy(sent, PRIORITY);
        if (timeToLive == Message.FOREVER) {
            out.nothing();
        } else {
            out.uint(Math.min(timeToLive, MAX_UINT));
        }
        copy(sent, FIRST_ACQUIRER);
        out.uint(message.deliveryCount());
        out.end(start, MessageReader.HEADER_FIELDS.length());
    }

    private @Nullable ListFields sentHeader(StoredMessage message, List<Section> sections) {
        byte[] encoded = message.message().encoded();
        for (var section : sections) {
            if (section.code() == Section.HEADER) {
                var fields = ListFields.of(encoded, section, MessageReader.HEADER_FIELDS);
                return fields != null ? fields : normalized(codec.decode(encoded, section.start(), section.end()));
            }
        }
        return null;
    }

    private @Nullable ListFields normalized(@Nullable Object header) {
        byte[] encoded = header == null ? new byte[0] : codec.encode(header);
        var sections = Section.of(encoded);
        return sections.isEmpty()
                ? null
                : ListFields.of(encoded, sections.getFirst(), MessageReader.HEADER_FIELDS);
    }

    private void copy(@Nullable ListFields sent, int field) {
        if (sent == null) {
            out.nothing();
        } else {
            sent.copy(field, out);
        }
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

    private void writeAnnotations(StoredMessage message, List<Section> sections, long lockedUntil) {
        int start = out.startMap(Section.MESSAGE_ANNOTATIONS);
        int entries = 3 + copySentAnnotations(message, sections);
        out.bytes(SEQUENCE_NUMBER.encoded());
        out.signed(message.sequenceNumber());
        out.bytes(ENQUEUED_SEQUENCE_NUMBER.encoded());
        out.signed(message.enqueuedSequenceNumber());
        out.bytes(ENQUEUED_TIME.encoded());
        out.timestamp(message.enqueuedAt());
        if (lockedUntil != 0) {
            entries++;
            out.bytes(LOCKED_UNTIL.encoded());
            out.timestamp(lockedUntil);
        }
        if (message.state() != MessageState.ACTIVE) {
            entries++;
            out.bytes(MESSAGE_STATE.encoded());
            out.signed(message.state() == MessageState.DEFERRED ? 1 : 2);
        }
        if (message.deadLetterSource() != null) {
            entries++;
            out.bytes(DEAD_LETTER_SOURCE.encoded());
            out.string(message.deadLetterSource());
        }
        out.end(start, 2 * entries);
    }

    /**
     * Copies the sender's annotations except for the broker's own: who passes a received message on may have left them in it.
     *
     * @return how many
     */
    private int copySentAnnotations(StoredMessage message, List<Section> sections) {
        if (!(decode(message, sections, Section.MESSAGE_ANNOTATIONS) instanceof MessageAnnotations sent)
                || sent.getValue() == null) {
            return 0;
        }
        int copied = 0;
        for (var entry : Boxed.map(sent.getValue()).entrySet()) {
            if (!OWN_ANNOTATIONS.contains(entry.getKey())) {
                out.bytes(codec.encode(entry.getKey()));
                out.bytes(codec.encode(entry.getValue()));
                copied++;
            }
        }
        return copied;
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
