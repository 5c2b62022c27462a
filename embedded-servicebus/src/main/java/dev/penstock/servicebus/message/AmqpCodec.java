package dev.penstock.servicebus.message;

import dev.penstock.servicebus.entity.Condition;
import dev.penstock.servicebus.entity.RefusedException;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;
import org.jspecify.annotations.Nullable;

/** AMQP values to bytes and back, by proton-j's types. For one thread. */
public final class AmqpCodec {
    private final DecoderImpl decoder = new DecoderImpl();
    private final EncoderImpl encoder = new EncoderImpl(decoder);
    private ByteBuffer buffer = ByteBuffer.allocate(4096);

    public AmqpCodec() {
        AMQPDefinedTypes.registerAllTypes(decoder, encoder);
    }

    /**
     * Decodes one value.
     *
     * @throws RefusedException when the bytes are not a valid encoding
     */
    public @Nullable Object decode(byte[] bytes, int start, int end) {
        decoder.setByteBuffer(ByteBuffer.wrap(bytes, start, end - start));
        try {
            return decoder.readObject();
        } catch (RuntimeException | StackOverflowError e) {
            // proton-j reports malformed input by whatever exception it runs into.
            throw new RefusedException(Condition.DECODE_ERROR, "The message can't be decoded: " + e + ".");
        } finally {
            decoder.setByteBuffer(null);
        }
    }

    /**
     * Decodes a section; {@code null} when there is none.
     *
     * @throws RefusedException when the bytes are not a valid encoding of the expected section
     */
    @Nullable
    Object decode(byte[] encoded, @Nullable Section section, Class<?> expected) {
        if (section == null) {
            return null;
        }
        var value = decode(encoded, section.start(), section.end());
        if (!expected.isInstance(value)) {
            throw new RefusedException(Condition.DECODE_ERROR,
                    "The message's " + expected.getSimpleName() + " section has the wrong type.");
        }
        return value;
    }

    /**
     * Decodes all sections of a message.
     *
     * @throws RefusedException when the bytes are not a message
     */
    public List<Object> decodeAll(byte[] encoded) {
        List<Object> decoded = new ArrayList<>();
        for (var section : Section.of(encoded)) {
            var value = decode(encoded, section.start(), section.end());
            if (value != null) {
                decoded.add(value);
            }
        }
        return decoded;
    }

    /**
     * Checks that what was decoded can be encoded once more and is readable then: proton-j fails at some of what it decodes.
     *
     * @throws RefusedException when it can't
     */
    public void requireEncodable(@Nullable Map<?, ?> values) {
        if (values == null || Boxed.isPlain(values)) {
            return;
        }
        try {
            byte[] encoded = encode(values);
            decode(encoded, 0, encoded.length);
        } catch (RuntimeException | StackOverflowError e) {
            throw new RefusedException(Condition.ARGUMENT_ERROR,
                    "A property or annotation has a value that can't be kept: " + e + ". Send it in another form.");
        }
    }

    /** Encodes one value: a section, a map, a primitive. Sections have to be made of maps that are {@link Boxed}. */
    @SuppressWarnings("unchecked") // keys and values are only passed on
    public byte[] encode(Object value) {
        var encodable = value instanceof Map<?, ?> map ? Boxed.map((Map<Object, Object>) map) : value;
        while (true) {
            buffer.clear();
            encoder.setByteBuffer(buffer);
            try {
                encoder.writeObject(encodable);
                return Arrays.copyOf(buffer.array(), buffer.position());
            } catch (BufferOverflowException e) {
                buffer = ByteBuffer.allocate(buffer.capacity() * 2);
            }
        }
    }
}
