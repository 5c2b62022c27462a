package dev.penstock.servicebus.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.servicebus.entity.MessageState;
import dev.penstock.servicebus.entity.RefusedException;
import dev.penstock.servicebus.entity.StoredMessage;
import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.DeliveryAnnotations;
import org.apache.qpid.proton.amqp.messaging.Footer;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/** What no SDK sends but a client may: once let in, it can be delivered, too. */
class UnusualMessagesTest {
    private static final Symbol KEY = Symbol.valueOf("key");

    private final AmqpCodec codec = new AmqpCodec();
    private final MessageReader reader = new MessageReader(codec);
    private final MessageWriter writer = new MessageWriter(codec);

    private byte[] encoded(Object... sections) {
        var out = new ByteArrayOutputStream();
        for (var section : sections) {
            out.writeBytes(codec.encode(section));
        }
        return out.toByteArray();
    }

    private List<Object> written(byte[] sent, Map<String, Object> changedProperties) {
        var stored = new StoredMessage(reader.read(sent), 1, 1, 0, MessageState.ACTIVE, 0, changedProperties, null);
        return codec.decodeAll(writer.write(stored));
    }

    @Test
    void arraysInsideOfAnnotationsAndPropertiesAreDelivered() {
        Map<Symbol, Object> nested = Map.of(KEY, new HashMap<>(Map.of("inner", new Long[]{1L, 2L})));
        byte[] sent = encoded(new DeliveryAnnotations(nested), new MessageAnnotations(nested),
                new ApplicationProperties(Map.of("key", new Integer[]{3})), new Footer(nested));

        var sections = written(sent, Map.of("changed", List.of(new double[]{0.5})));

        assertThat(sections).filteredOn(ApplicationProperties.class::isInstance)
                .singleElement()
                .satisfies(section -> {
                    var properties = ((ApplicationProperties) section).getValue();
                    assertThat(properties.get("key")).isEqualTo(new int[]{3});
                    assertThat(properties.get("changed")).asInstanceOf(InstanceOfAssertFactories.LIST)
                            .containsExactly(new double[]{0.5});
                });
        assertThat(sections).filteredOn(MessageAnnotations.class::isInstance)
                .singleElement()
                .satisfies(section -> assertThat(((MessageAnnotations) section).getValue().get(KEY))
                        .asInstanceOf(InstanceOfAssertFactories.MAP)
                        .containsEntry("inner", new long[]{1, 2}));
    }

    @Test
    void arraysOfArraysAreDelivered() {
        byte[] sent = encoded(new MessageAnnotations(Map.of(KEY, new Long[][]{{1L}, {2L, 3L}})));

        assertThat(written(sent, Map.of())).filteredOn(MessageAnnotations.class::isInstance)
                .singleElement()
                .satisfies(section -> assertThat(((MessageAnnotations) section).getValue().get(KEY))
                        .isEqualTo(new Object[]{new long[]{1}, new long[]{2, 3}}));
    }

    @Test
    void whatCouldNotBeDeliveredIsNotLetIn() {
        byte[] sent = encoded(new MessageAnnotations(Map.of(KEY, new Long[0][])));

        assertThatThrownBy(() -> reader.read(sent)).isInstanceOf(RefusedException.class);
    }
}
