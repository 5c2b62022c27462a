package dev.penstock.servicebus.message;

import dev.penstock.servicebus.entity.Condition;
import dev.penstock.servicebus.entity.Message;
import dev.penstock.servicebus.entity.RefusedException;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Footer;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.jspecify.annotations.Nullable;

/** Reads what senders send. Whatever order a sender wrote the sections in, they are kept in the specification's. */
public final class MessageReader {
    /** The message format of a batch: data sections that each hold a whole encoded message. */
    public static final int BATCH_FORMAT = 0x80013700;

    private static final int MAX_ID_LENGTH = 128;
    private static final Symbol SCHEDULED_ENQUEUE_TIME = Symbol.valueOf("x-opt-scheduled-enqueue-time");

    private final AmqpCodec codec;

    public MessageReader(AmqpCodec codec) {
        this.codec = codec;
    }

    /**
     * Reads one transfer: one message, or all messages of a batch.
     *
     * @throws RefusedException when it is malformed
     */
    public List<Message> readTransfer(byte[] encoded, int messageFormat) {
        if (messageFormat != BATCH_FORMAT) {
            return List.of(read(encoded));
        }
        List<Message> messages = new ArrayList<>();
        for (var section : Section.of(encoded)) {
            if (section.code() == Section.DATA) {
                messages.add(read(section.binary(encoded)));
            }
        }
        if (messages.isEmpty()) {
            throw new RefusedException(Condition.ARGUMENT_ERROR, "The batch is empty: add a message to it.");
        }
        return messages;
    }

    /**
     * Reads one message.
     *
     * @throws RefusedException when it is malformed
     */
    public Message read(byte[] encoded) {
        var sections = Section.of(encoded);
        var properties = properties(encoded, sections);
        // Decoded only so that nobody is handed a message that can't be read.
        decode(encoded, find(sections, Section.APPLICATION_PROPERTIES), ApplicationProperties.class);
        boolean withoutId = properties.getMessageId() == null;
        if (withoutId) {
            // The JavaScript SDK can't settle a message that has none.
            properties.setMessageId(UUID.randomUUID().toString().replace("-", ""));
        }
        var header = (Header) decode(encoded, find(sections, Section.HEADER), Header.class);
        var ttl = header == null ? null : header.getTtl();
        return new Message(String.valueOf(properties.getMessageId()), properties.getGroupId(),
                ttl == null ? Message.FOREVER : ttl.longValue(), scheduledAt(encoded, sections),
                inOrder(encoded, sections, withoutId ? properties : null));
    }

    private Properties properties(byte[] encoded, List<Section> sections) {
        var sent = (Properties) decode(encoded, find(sections, Section.PROPERTIES), Properties.class);
        var properties = sent == null ? new Properties() : sent;
        if (properties.getMessageId() != null) {
            requireShort("message id", properties.getMessageId().toString());
        }
        requireShort("session id", properties.getGroupId());
        return properties;
    }

    private static void requireShort(String name, @Nullable String value) {
        if (value != null && value.length() > MAX_ID_LENGTH) {
            throw new RefusedException(Condition.ARGUMENT_ERROR, "The " + name + " has " + value.length()
                    + " characters; up to " + MAX_ID_LENGTH + " are allowed.");
        }
    }

    private long scheduledAt(byte[] encoded, List<Section> sections) {
        var section = find(sections, Section.MESSAGE_ANNOTATIONS);
        if (section == null || section.isEmptyMap(encoded)) {
            return 0;
        }
        var annotations = (MessageAnnotations) decode(encoded, section, MessageAnnotations.class);
        var time = annotations == null || annotations.getValue() == null
                ? null
                : annotations.getValue().get(SCHEDULED_ENQUEUE_TIME);
        return time instanceof Date date ? AmqpValues.epochMillis(date) : 0;
    }

    private @Nullable Object decode(byte[] encoded, @Nullable Section section, Class<?> expected) {
        if (section == null) {
            return null;
        }
        var value = codec.decode(encoded, section.start(), section.end());
        if (!expected.isInstance(value)) {
            throw new RefusedException(Condition.DECODE_ERROR,
                    "The message's " + expected.getSimpleName() + " section has the wrong type.");
        }
        return value;
    }

    /** @param newProperties written in place of those that were sent, if there were any; {@code null} to keep them */
    private byte[] inOrder(byte[] encoded, List<Section> sections, @Nullable Properties newProperties) {
        var out = new ByteArrayOutputStream(encoded.length + 64);
        for (int code = Section.HEADER; code <= Section.FOOTER; code++) {
            if (code == Section.PROPERTIES && newProperties != null) {
                out.writeBytes(codec.encode(newProperties));
                continue;
            }
            for (var section : sections) {
                if (section.code() == code) {
                    copy(encoded, section, out);
                }
            }
        }
        return out.toByteArray();
    }

    private void copy(byte[] encoded, Section section, ByteArrayOutputStream out) {
        switch (section.code()) {
            case Section.DELIVERY_ANNOTATIONS -> {
                // They are meant for the next hop only, which is us.
            }
            case Section.FOOTER -> {
                if (!section.isEmptyMap(encoded)) {
                    out.writeBytes(codec.encode(new Footer(symbolKeys(encoded, section))));
                }
            }
            default -> out.write(encoded, section.start(), section.end() - section.start());
        }
    }

    /** Both SDKs send string keys in the footer, which the specification forbids and the Java SDK can't read. */
    private Map<Object, Object> symbolKeys(byte[] encoded, Section section) {
        Map<Object, Object> converted = new HashMap<>();
        var footer = (Footer) decode(encoded, section, Footer.class);
        Map<?, ?> entries = footer == null || footer.getValue() == null ? Map.of() : footer.getValue();
        entries.forEach((key, value) -> converted.put(Symbol.valueOf(String.valueOf(key)), value));
        return converted;
    }

    private static @Nullable Section find(List<Section> sections, int code) {
        for (var section : sections) {
            if (section.code() == code) {
                return section;
            }
        }
        return null;
    }
}
