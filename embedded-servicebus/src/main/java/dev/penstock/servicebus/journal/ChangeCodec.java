package dev.penstock.servicebus.journal;

import dev.penstock.servicebus.entity.Change;
import dev.penstock.servicebus.entity.Message;
import dev.penstock.servicebus.entity.MessageState;
import dev.penstock.servicebus.entity.QueueOptions;
import dev.penstock.servicebus.entity.StoredMessage;
import dev.penstock.servicebus.message.AmqpCodec;
import dev.penstock.servicebus.message.AmqpValues;
import java.io.DataInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Changes as bytes: a letter for the type, then its components. Properties are AMQP maps, since their values may be of any
 * AMQP type. For one thread.
 */
final class ChangeCodec {
    private static final int NULL = -1;

    private final AmqpCodec codec = new AmqpCodec();

    void write(Change change, ChangeOutput out) {
        switch (change) {
            case Change.Put(var message) -> {
                out.writeByte('P');
                writeMessage(message, out);
            }
            case Change.Removed(var number) -> {
                out.writeByte('R');
                out.writeLong(number);
            }
            case Change.Updated(var number, var state, var count, var properties) -> {
                out.writeByte('U');
                out.writeLong(number);
                writeState(state, out);
                out.writeInt(count);
                writeProperties(properties, out);
            }
            case Change.Activated(var number, var newNumber, var at) -> {
                out.writeByte('A');
                out.writeLong(number);
                out.writeLong(newNumber);
                out.writeLong(at);
            }
            case Change.SessionStateSet(var session, var state) -> {
                out.writeByte('S');
                out.writeText(session);
                writeBytes(state, out);
            }
            case Change.MessageIdSeen(var id, var at) -> {
                out.writeByte('I');
                out.writeText(id);
                out.writeLong(at);
            }
            case Change.SequenceReached(var number) -> {
                out.writeByte('N');
                out.writeLong(number);
            }
            case Change.Defined(var options) -> {
                out.writeByte('D');
                writeOptions(options, out);
            }
            case Change.Dropped() -> out.writeByte('X');
        }
    }

    /** @throws IOException also when the bytes are not a change */
    Change read(DataInputStream in) throws IOException {
        int type = in.readByte();
        return switch (type) {
            case 'P' -> new Change.Put(readMessage(in));
            case 'R' -> new Change.Removed(in.readLong());
            case 'U' -> new Change.Updated(in.readLong(), readState(in), in.readInt(), readProperties(in));
            case 'A' -> new Change.Activated(in.readLong(), in.readLong(), in.readLong());
            case 'S' -> new Change.SessionStateSet(in.readUTF(), readBytes(in));
            case 'I' -> new Change.MessageIdSeen(in.readUTF(), in.readLong());
            case 'N' -> new Change.SequenceReached(in.readLong());
            case 'D' -> new Change.Defined(readOptions(in));
            case 'X' -> new Change.Dropped();
            default -> throw new IOException("an unknown type of change: " + type);
        };
    }

    private void writeMessage(StoredMessage stored, ChangeOutput out) {
        var message = stored.message();
        out.writeText(message.messageId());
        writeText(message.sessionId(), out);
        out.writeLong(message.timeToLive());
        out.writeLong(message.scheduledAt());
        writeBytes(message.encoded(), out);
        out.writeLong(stored.sequenceNumber());
        out.writeLong(stored.enqueuedSequenceNumber());
        out.writeLong(stored.enqueuedAt());
        writeState(stored.state(), out);
        out.writeInt(stored.deliveryCount());
        writeProperties(stored.changedProperties(), out);
        writeText(stored.deadLetterSource(), out);
    }

    private StoredMessage readMessage(DataInputStream in) throws IOException {
        var id = in.readUTF();
        var session = readText(in);
        long timeToLive = in.readLong();
        long scheduledAt = in.readLong();
        byte[] encoded = readBytes(in);
        if (encoded == null) {
            throw new IOException("a message without content");
        }
        var message = new Message(id, session, timeToLive, scheduledAt, encoded);
        return new StoredMessage(message, in.readLong(), in.readLong(), in.readLong(), readState(in), in.readInt(),
                readProperties(in), readText(in));
    }

    private static void writeState(MessageState state, ChangeOutput out) {
        out.writeByte(switch (state) {
            case ACTIVE -> 'A';
            case DEFERRED -> 'D';
            case SCHEDULED -> 'S';
        });
    }

    private static MessageState readState(DataInputStream in) throws IOException {
        int letter = in.readByte();
        return switch (letter) {
            case 'A' -> MessageState.ACTIVE;
            case 'D' -> MessageState.DEFERRED;
            case 'S' -> MessageState.SCHEDULED;
            default -> throw new IOException("an unknown message state: " + letter);
        };
    }

    private void writeProperties(Map<String, Object> properties, ChangeOutput out) {
        writeBytes(properties.isEmpty() ? null : codec.encode(properties), out);
    }

    private Map<String, Object> readProperties(DataInputStream in) throws IOException {
        byte[] encoded = readBytes(in);
        return encoded != null && codec.decode(encoded, 0, encoded.length) instanceof Map<?, ?> map
                ? AmqpValues.stringKeys(map)
                : Map.of();
    }

    private static void writeOptions(QueueOptions options, ChangeOutput out) {
        out.writeLong(options.lockDuration().toMillis());
        out.writeInt(options.maxDeliveryCount());
        writeDuration(options.defaultTimeToLive(), out);
        out.writeBoolean(options.deadLetteringOnMessageExpiration());
        out.writeBoolean(options.requiresSession());
        writeDuration(options.duplicateDetection(), out);
        out.writeLong(options.maxSizeBytes());
        out.writeInt(options.maxMessageSizeBytes());
    }

    private static QueueOptions readOptions(DataInputStream in) throws IOException {
        return new QueueOptions(Duration.ofMillis(in.readLong()), in.readInt(), readDuration(in), in.readBoolean(),
                in.readBoolean(), readDuration(in), in.readLong(), in.readInt());
    }

    private static void writeDuration(@Nullable Duration duration, ChangeOutput out) {
        out.writeLong(duration == null ? NULL : duration.toMillis());
    }

    private static @Nullable Duration readDuration(DataInputStream in) throws IOException {
        long millis = in.readLong();
        return millis == NULL ? null : Duration.ofMillis(millis);
    }

    private static void writeText(@Nullable String text, ChangeOutput out) {
        out.writeBoolean(text != null);
        if (text != null) {
            out.writeText(text);
        }
    }

    private static @Nullable String readText(DataInputStream in) throws IOException {
        return in.readBoolean() ? in.readUTF() : null;
    }

    private static void writeBytes(byte @Nullable [] bytes, ChangeOutput out) {
        out.writeInt(bytes == null ? NULL : bytes.length);
        if (bytes != null) {
            out.writeBytes(bytes);
        }
    }

    private static byte @Nullable [] readBytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        return length == NULL ? null : in.readNBytes(length);
    }
}
