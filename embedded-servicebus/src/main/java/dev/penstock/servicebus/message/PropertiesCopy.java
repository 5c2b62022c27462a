package dev.penstock.servicebus.message;

import dev.penstock.servicebus.entity.Condition;
import dev.penstock.servicebus.entity.RefusedException;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.jspecify.annotations.Nullable;

/** Copies the properties of a message, with an id of our own where its sender gave none. For one thread. */
final class PropertiesCopy {
    /** By their places, in the letters of {@link ListFields}: AMQP 1.0 part 3, section 3.2.4. */
    private static final String FIELDS = "ixsssimmttsus";
    private static final int MESSAGE_ID = 0;
    private static final int GROUP_ID = 10;
    private static final int MAX_ID_LENGTH = 128;

    private final AmqpCodec codec;
    private final Encoding out;
    /** Ids are this and a running number: unique, and much quicker than random ones. */
    private final long idPrefix = new SecureRandom().nextLong();
    private long idsGiven;

    PropertiesCopy(AmqpCodec codec, Encoding out) {
        this.codec = codec;
        this.out = out;
    }

    /** What a queue has to know of the properties. */
    record Identity(String messageId, @Nullable String sessionId) {
    }

    /**
     * Copies them, or writes some if none were sent: the JavaScript SDK couldn't settle a message without an id.
     *
     * @throws RefusedException when they are malformed, or an id is too long
     */
    Identity copy(byte[] encoded, @Nullable Section section) {
        var identity = section == null ? writeProperties(null) : copySentProperties(encoded, section);
        requireShort("message id", identity.messageId());
        requireShort("session id", identity.sessionId());
        return identity;
    }

    private Identity copySentProperties(byte[] encoded, Section section) {
        var fields = ListFields.of(encoded, section, FIELDS);
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
        var properties = (Properties) codec.decode(encoded, section, Properties.class);
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
}
