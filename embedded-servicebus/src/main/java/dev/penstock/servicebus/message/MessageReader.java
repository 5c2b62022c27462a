package dev.penstock.servicebus.message;

import dev.penstock.servicebus.entity.Condition;
import dev.penstock.servicebus.entity.Message;
import dev.penstock.servicebus.entity.RefusedException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Date;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.DeliveryAnnotations;
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

    /** By their places, in the letters of {@link ListFields}: AMQP 1.0 part 3, sections 3.2.1 and 3.2.4. */
    static final String HEADER_FIELDS = "byubu";
    static final int HEADER_TTL = 2;

    private static final String PROPERTIES_FIELDS = "ixsssimmttsus";
    private static final int MESSAGE_ID = 0;
    private static final int GROUP_ID = 10;

    private final AmqpCodec codec;
    private final Encoding out = new Encoding();
    /** Ids are this and a running number: unique, and much quicker than random ones. */
    private final long idPrefix = new SecureRandom().nextLong();
    private long idsGiven;

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
            return List.of(read(encoded, 0, encoded.length));
        }
        List<Message> messages = new ArrayList<>();
        for (var section : Section.of(encoded)) {
            if (section.code() == Section.DATA) {
                messages.add(read(encoded, section.binaryStart(encoded), section.end()));
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
        return read(encoded, 0, encoded.length);
    }

    private Message read(byte[] encoded, int from, int to) {
        var sections = inOrder(Section.of(encoded, from, to));
        // Decoded only so that nobody is handed a message that can't be read.
        decode(encoded, filled(encoded, sections, Section.APPLICATION_PROPERTIES), ApplicationProperties.class);
        decode(encoded, filled(encoded, sections, Section.DELIVERY_ANNOTATIONS), DeliveryAnnotations.class);
        long timeToLive = timeToLive(encoded, find(sections, Section.HEADER));
        long scheduledAt = scheduledAt(encoded, filled(encoded, sections, Section.MESSAGE_ANNOTATIONS));
        out.clear();
        var identity = copy(encoded, sections);
        return new Message(identity.messageId(), identity.sessionId(), timeToLive, scheduledAt, out.take());
    }

    /** What a queue has to know of the properties. */
    private record Identity(String messageId, @Nullable String sessionId) {
    }

    /** The specification's order: nearly always that in which they came. */
    private static List<Section> inOrder(List<Section> sent) {
        var sections = isInOrder(sent)
                ? sent
                : sent.stream().sorted(Comparator.comparingInt(Section::code)).toList();
        requireEachOnce(sections);
        return sections;
    }

    private static boolean isInOrder(List<Section> sections) {
        for (int i = 1; i < sections.size(); i++) {
            if (sections.get(i).code() < sections.get(i - 1).code()) {
                return false;
            }
        }
        return true;
    }

    /** Only bodies have several sections; of others, one that nobody has looked at would reach the receivers. */
    private static void requireEachOnce(List<Section> sections) {
        for (int i = 1; i < sections.size(); i++) {
            int code = sections.get(i).code();
            if (code == sections.get(i - 1).code() && code != Section.DATA && code != Section.SEQUENCE) {
                throw new RefusedException(Condition.DECODE_ERROR,
                        "The message has two sections of one kind (0x" + Integer.toHexString(code) + ").");
            }
        }
    }

    private long timeToLive(byte[] encoded, @Nullable Section section) {
        if (section == null) {
            return Message.FOREVER;
        }
        var fields = ListFields.of(encoded, section, HEADER_FIELDS);
        if (fields != null) {
            return fields.isNull(HEADER_TTL) ? Message.FOREVER : fields.uint(HEADER_TTL);
        }
        var header = (Header) decode(encoded, section, Header.class);
        return header == null || header.getTtl() == null ? Message.FOREVER : header.getTtl().longValue();
    }

    /** Copies what is kept of a message, with an id of our own if it has none: the JavaScript SDK couldn't settle it else. */
    private Identity copy(byte[] encoded, List<Section> sections) {
        Identity identity = null;
        for (var section : sections) {
            if (identity == null && section.code() >= Section.PROPERTIES) {
                identity = copyProperties(encoded, section.code() == Section.PROPERTIES ? section : null);
            }
            switch (section.code()) {
                case Section.PROPERTIES -> {
                    // They are copied already.
                }
                case Section.DELIVERY_ANNOTATIONS -> copyUnlessEmpty(encoded, section);
                case Section.FOOTER -> copyFooter(encoded, section);
                default -> out.bytes(encoded, section.start(), section.end());
            }
        }
        return identity == null ? copyProperties(encoded, null) : identity;
    }

    private Identity copyProperties(byte[] encoded, @Nullable Section section) {
        var identity = section == null ? writeProperties(null) : copySentProperties(encoded, section);
        requireShort("message id", identity.messageId());
        requireShort("session id", identity.sessionId());
        return identity;
    }

    private Identity copySentProperties(byte[] encoded, Section section) {
        var fields = ListFields.of(encoded, section, PROPERTIES_FIELDS);
        if (fields == null || !fields.isAscii()) {
            return copyDecodedProperties(encoded, section);
        }
        var id = fields.text(MESSAGE_ID);
        if (id == null) {
            return writeProperties(fields);
        }
        out.bytes(encoded, section.start(), section.end());
        return new Identity(id, fields.text(GROUP_ID));
    }

    /** Writes properties with an id of our own before what was sent. */
    private Identity writeProperties(@Nullable ListFields sent) {
        var id = newId();
        int start = out.startList(Section.PROPERTIES);
        out.string(id);
        if (sent == null) {
            out.end(start, 1);
            return new Identity(id, null);
        }
        sent.copyFrom(MESSAGE_ID + 1, out);
        out.end(start, Math.max(1, sent.count()));
        return new Identity(id, sent.text(GROUP_ID));
    }

    private Identity copyDecodedProperties(byte[] encoded, Section section) {
        var properties = (Properties) decode(encoded, section, Properties.class);
        if (properties != null && properties.getMessageId() != null) {
            out.bytes(encoded, section.start(), section.end());
            return new Identity(properties.getMessageId().toString(), properties.getGroupId());
        }
        var completed = properties == null ? new Properties() : properties;
        var id = newId();
        completed.setMessageId(id);
        out.bytes(codec.encode(completed));
        return new Identity(id, completed.getGroupId());
    }

    private String newId() {
        var hex = HexFormat.of();
        return hex.toHexDigits(idPrefix) + hex.toHexDigits(idsGiven++);
    }

    private static void requireShort(String name, @Nullable String value) {
        if (value != null && value.length() > MAX_ID_LENGTH) {
            throw new RefusedException(Condition.ARGUMENT_ERROR, "The " + name + " has " + value.length()
                    + " characters; up to " + MAX_ID_LENGTH + " are allowed.");
        }
    }

    private long scheduledAt(byte[] encoded, @Nullable Section section) {
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

    /** The specification means them for the next hop only, which is us; Azure hands them on. */
    private void copyUnlessEmpty(byte[] encoded, Section section) {
        if (!section.isEmptyMap(encoded)) {
            out.bytes(encoded, section.start(), section.end());
        }
    }

    private void copyFooter(byte[] encoded, Section section) {
        if (!section.isEmptyMap(encoded)) {
            out.bytes(codec.encode(new Footer(symbolKeys(encoded, section))));
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

    private static @Nullable Section filled(byte[] encoded, List<Section> sections, int code) {
        var section = find(sections, code);
        return section == null || section.isEmptyMap(encoded) ? null : section;
    }
}
