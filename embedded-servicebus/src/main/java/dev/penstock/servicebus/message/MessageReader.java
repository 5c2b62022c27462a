package dev.penstock.servicebus.message;

import dev.penstock.servicebus.entity.Condition;
import dev.penstock.servicebus.entity.Message;
import dev.penstock.servicebus.entity.RefusedException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.DeliveryAnnotations;
import org.apache.qpid.proton.amqp.messaging.Footer;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.jspecify.annotations.Nullable;

/** Reads what senders send. Whatever order a sender wrote the sections in, they are kept in the specification's. */
public final class MessageReader {
    /** The message format of a batch: data sections that each hold a whole encoded message. */
    public static final int BATCH_FORMAT = 0x80013700;

    private static final Symbol SCHEDULED_ENQUEUE_TIME = Symbol.valueOf("x-opt-scheduled-enqueue-time");

    /** By their places, in the letters of {@link ListFields}: AMQP 1.0 part 3, section 3.2.1. */
    static final String HEADER_FIELDS = "byubu";
    static final int HEADER_TTL = 2;

    private final AmqpCodec codec;
    private final Encoding out = new Encoding();
    private final PropertiesCopy properties;

    public MessageReader(AmqpCodec codec) {
        this.codec = codec;
        properties = new PropertiesCopy(codec, out);
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
        requireReadable(encoded, sections);
        long timeToLive = timeToLive(encoded, find(sections, Section.HEADER));
        long scheduledAt = scheduledAt(encoded, filled(encoded, sections, Section.MESSAGE_ANNOTATIONS));
        out.clear();
        var identity = copy(encoded, sections);
        return new Message(identity.messageId(), identity.sessionId(), timeToLive, scheduledAt, out.take());
    }

    /** So that nobody is handed a message that can't be read, or put together anew. */
    private void requireReadable(byte[] encoded, List<Section> sections) {
        var properties = (ApplicationProperties) codec.decode(encoded,
                filled(encoded, sections, Section.APPLICATION_PROPERTIES), ApplicationProperties.class);
        codec.requireEncodable(properties == null ? null : properties.getValue());
        var annotations = (DeliveryAnnotations) codec.decode(encoded,
                filled(encoded, sections, Section.DELIVERY_ANNOTATIONS), DeliveryAnnotations.class);
        codec.requireEncodable(annotations == null ? null : annotations.getValue());
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
        var header = (Header) codec.decode(encoded, section, Header.class);
        return header == null || header.getTtl() == null ? Message.FOREVER : header.getTtl().longValue();
    }

    /** Copies what is kept of a message, in order. */
    private PropertiesCopy.Identity copy(byte[] encoded, List<Section> sections) {
        PropertiesCopy.Identity identity = null;
        for (var section : sections) {
            if (identity == null && section.code() >= Section.PROPERTIES) {
                identity = properties.copy(encoded, section.code() == Section.PROPERTIES ? section : null);
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
        return identity == null ? properties.copy(encoded, null) : identity;
    }

    private long scheduledAt(byte[] encoded, @Nullable Section section) {
        var annotations = (MessageAnnotations) codec.decode(encoded, section, MessageAnnotations.class);
        if (annotations == null || annotations.getValue() == null) {
            return 0;
        }
        codec.requireEncodable(annotations.getValue());
        var time = annotations.getValue().get(SCHEDULED_ENQUEUE_TIME);
        return time instanceof Date date ? AmqpValues.epochMillis(date) : 0;
    }

    /** The specification means them for the next hop only, which is us; Azure hands them on. */
    private void copyUnlessEmpty(byte[] encoded, Section section) {
        if (!section.isEmptyMap(encoded)) {
            out.bytes(encoded, section.start(), section.end());
        }
    }

    private void copyFooter(byte[] encoded, Section section) {
        if (!section.isEmptyMap(encoded)) {
            var entries = symbolKeys(encoded, section);
            codec.requireEncodable(entries);
            out.bytes(codec.encode(new Footer(Boxed.map(entries))));
        }
    }

    /** Both SDKs send string keys in the footer, which the specification forbids and the Java SDK can't read. */
    private Map<Object, Object> symbolKeys(byte[] encoded, Section section) {
        Map<Object, Object> converted = new HashMap<>();
        var footer = (Footer) codec.decode(encoded, section, Footer.class);
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
