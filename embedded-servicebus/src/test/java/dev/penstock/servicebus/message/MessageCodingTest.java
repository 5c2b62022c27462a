package dev.penstock.servicebus.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.servicebus.entity.Delivery;
import dev.penstock.servicebus.entity.Message;
import dev.penstock.servicebus.entity.MessageState;
import dev.penstock.servicebus.entity.RefusedException;
import dev.penstock.servicebus.entity.StoredMessage;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.DeliveryAnnotations;
import org.apache.qpid.proton.amqp.messaging.Footer;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.jspecify.annotations.Nullable;

/** Messages as proton-j encodes them, read and written again: what it then decodes is what was sent. */
class MessageCodingTest {
    private static final Symbol SCHEDULED = Symbol.valueOf("x-opt-scheduled-enqueue-time");
    private static final Symbol NEXT_HOP = Symbol.valueOf("next-hop");
    private static final Symbol LOCK_TOKEN = Symbol.valueOf("x-opt-lock-token");
    private static final Symbol PARTITION = Symbol.valueOf("x-opt-partition-key");

    private final AmqpCodec codec = new AmqpCodec();
    private final MessageReader reader = new MessageReader(codec);
    private final MessageWriter writer = new MessageWriter(codec);

    /** A message of which any part may be missing. */
    private record Sent(@Nullable Header header, DeliveryAnnotations deliveryAnnotations,
            @Nullable MessageAnnotations annotations, @Nullable Properties properties,
            @Nullable ApplicationProperties applicationProperties, Data body) {

        static Sent random(Random random) {
            return new Sent(maybe(random, header(random)), deliveryAnnotations(random),
                    maybe(random, annotations(random)),
                    maybe(random, properties(random)), maybe(random, applicationProperties(random)),
                    new Data(new Binary(new byte[random.nextInt(400)])));
        }

        private static <T> @Nullable T maybe(Random random, T value) {
            return random.nextInt(4) == 0 ? null : value;
        }

        private static Header header(Random random) {
            var header = new Header();
            header.setDurable(maybe(random, random.nextBoolean()));
            header.setPriority(maybe(random, UnsignedByte.valueOf((byte) random.nextInt(10))));
            header.setTtl(maybe(random, UnsignedInteger.valueOf(random.nextInt(3) * 150L)));
            header.setFirstAcquirer(maybe(random, random.nextBoolean()));
            header.setDeliveryCount(maybe(random, UnsignedInteger.valueOf(random.nextInt(300))));
            return header;
        }

        private static DeliveryAnnotations deliveryAnnotations(Random random) {
            Map<Symbol, Object> values = new HashMap<>();
            if (random.nextBoolean()) {
                values.put(NEXT_HOP, text(random, 20));
            }
            if (random.nextBoolean()) {
                values.put(LOCK_TOKEN, new UUID(3, 4));
            }
            return new DeliveryAnnotations(values);
        }

        private static MessageAnnotations annotations(Random random) {
            Map<Symbol, Object> values = new HashMap<>();
            if (random.nextBoolean()) {
                values.put(SCHEDULED, AmqpValues.timestamp(random.nextInt(1000)));
            }
            if (random.nextBoolean()) {
                values.put(PARTITION, text(random, 20));
            }
            if (random.nextBoolean()) {
                values.put(Symbol.valueOf("x-opt-sequence-number"), 77L);
                values.put(Symbol.valueOf("x-opt-deadletter-source"), "of another broker");
            }
            return new MessageAnnotations(values);
        }

        private static Properties properties(Random random) {
            var properties = new Properties();
            properties.setMessageId(maybe(random, id(random)));
            properties.setUserId(maybe(random, new Binary(new byte[]{-1, 0, 1})));
            properties.setTo(maybe(random, text(random, 300)));
            properties.setSubject(maybe(random, text(random, 30)));
            properties.setReplyTo(maybe(random, text(random, 30)));
            properties.setCorrelationId(maybe(random, id(random)));
            properties.setContentType(maybe(random, Symbol.valueOf("text/plain")));
            properties.setAbsoluteExpiryTime(maybe(random, AmqpValues.timestamp(random.nextInt())));
            properties.setGroupId(maybe(random, text(random, 128)));
            properties.setGroupSequence(maybe(random, UnsignedInteger.valueOf(random.nextInt(1000))));
            properties.setReplyToGroupId(maybe(random, text(random, 30)));
            return properties;
        }

        private static Object id(Random random) {
            return switch (random.nextInt(5)) {
                case 0 -> UnsignedLong.valueOf(random.nextInt(1000));
                case 1 -> new UUID(random.nextLong(), random.nextLong());
                default -> text(random, 128);
            };
        }

        private static String text(Random random, int longest) {
            var letters = random.nextInt(4) == 0 ? "aäΩz" : "abcz";
            var text = new StringBuilder();
            for (int i = random.nextInt(longest); i > 0; i--) {
                text.append(letters.charAt(random.nextInt(letters.length())));
            }
            return text.toString();
        }

        private static ApplicationProperties applicationProperties(Random random) {
            return new ApplicationProperties(random.nextBoolean() ? Map.of() : Map.of("ü", random.nextLong()));
        }

        byte[] encode(AmqpCodec codec, Random random) {
            List<Object> sections = new ArrayList<>();
            sections.add(body);
            sections.add(deliveryAnnotations);
            sections.add(new Footer(Map.of()));
            for (var section : new @Nullable Object[]{header, annotations, properties, applicationProperties}) {
                if (section != null) {
                    sections.add(section);
                }
            }
            Collections.shuffle(sections, random);
            var out = new ByteArrayOutputStream();
            sections.forEach(section -> out.writeBytes(codec.encode(section)));
            return out.toByteArray();
        }
    }

    @Property(tries = 2000)
    void whatIsDeliveredIsWhatWasSent(@ForAll long seed) {
        var random = new Random(seed);
        var sent = Sent.random(random);
        var message = reader.read(sent.encode(codec, random));

        var header = sent.header() == null ? new Header() : sent.header();
        assertThat(message.timeToLive())
                .isEqualTo(header.getTtl() == null ? Message.FOREVER : header.getTtl().longValue());
        var properties = sent.properties() == null ? new Properties() : sent.properties();
        assertThat(message.sessionId()).isEqualTo(properties.getGroupId());
        if (properties.getMessageId() == null) {
            assertThat(message.messageId()).hasSize(32);
            properties.setMessageId(message.messageId());
        }
        assertThat(message.messageId()).isEqualTo(properties.getMessageId().toString());
        var scheduled = sent.annotations() == null ? null : sent.annotations().getValue().get(SCHEDULED);
        assertThat(message.scheduledAt()).isEqualTo(scheduled instanceof Date date ? AmqpValues.epochMillis(date) : 0);

        var stored = new StoredMessage(message, 5, 4, 1000, MessageState.ACTIVE, random.nextInt(300), Map.of(), null);
        var delivered = codec.decodeAll(writer.write(new Delivery(stored, new UUID(1, 2), 2000)));
        var nextHop = sent.deliveryAnnotations().getValue().get(NEXT_HOP);
        if (nextHop != null) {
            assertThat(((DeliveryAnnotations) delivered.remove(1)).getValue()).isEqualTo(Map.of(NEXT_HOP, nextHop));
        }
        header.setDeliveryCount(UnsignedInteger.valueOf(stored.deliveryCount()));
        assertThat(delivered.get(0)).hasToString(header.toString());
        assertThat(((MessageAnnotations) delivered.get(1)).getValue()).isEqualTo(annotations(sent));
        assertThat(delivered.get(2)).hasToString(properties.toString());
        assertThat(delivered).last().hasToString(sent.body().toString());
    }

    private static Map<Symbol, Object> annotations(Sent sent) {
        Map<Symbol, Object> expected = new HashMap<>();
        if (sent.annotations() != null) {
            expected.putAll(sent.annotations().getValue());
        }
        expected.remove(Symbol.valueOf("x-opt-deadletter-source"));
        expected.put(Symbol.valueOf("x-opt-sequence-number"), 5L);
        expected.put(Symbol.valueOf("x-opt-enqueue-sequence-number"), 4L);
        expected.put(Symbol.valueOf("x-opt-enqueued-time"), AmqpValues.timestamp(1000));
        expected.put(Symbol.valueOf("x-opt-locked-until"), AmqpValues.timestamp(2000));
        return expected;
    }

    /** One that is read is also written, and decoded by proton-j: nobody is handed what can't be read. */
    @Property(tries = 5000)
    void whatIsDamagedIsRefusedOrCanBeRead(@ForAll long seed) {
        var random = new Random(seed);
        byte[] encoded = Sent.random(random).encode(codec, random);
        for (int i = random.nextInt(3); i >= 0; i--) {
            encoded[random.nextInt(encoded.length)] = (byte) random.nextInt();
        }
        Message message;
        try {
            message = reader.read(encoded);
        } catch (RefusedException _) {
            return;
        }
        var stored = new StoredMessage(message, 5, 4, 1000, MessageState.ACTIVE, 0, Map.of(), null);
        byte[] written = writer.write(stored);
        for (var section : Section.of(written)) {
            if (section.code() < Section.DATA) {
                codec.decode(written, section.start(), section.end());
            }
        }
    }

    @Property(tries = 100)
    void eachMessageWithoutAnIdGetsOneOfItsOwn(@ForAll long seed) {
        byte[] bare = codec.encode(new Data(new Binary(new byte[(int) (seed & 0xff)])));

        assertThat(reader.read(bare).messageId()).isNotEqualTo(reader.read(bare).messageId())
                .isNotEqualTo(new MessageReader(codec).read(bare).messageId());
    }

    @Property(tries = 1)
    void anIdThatIsTooLongIsRefused() {
        var properties = new Properties();
        properties.setMessageId("x".repeat(129));

        assertThatThrownBy(() -> reader.read(codec.encode(properties))).isInstanceOf(RefusedException.class)
                .hasMessageContaining("129");
    }
}
